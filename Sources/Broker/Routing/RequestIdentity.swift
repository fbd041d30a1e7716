import Authorization
import NKeys
import Wire

/// The `Nats-Request-Info` header that tells a service who asks. Only the server writes it: whatever a client sends under
/// that name, in any letter case and any place of the block, is taken out when a request crosses accounts.
enum RequestIdentity {
    static let name = "Nats-Request-Info"

    /// Longer header blocks are not read line by line.
    private static let readableBlock = 16 << 10

    /// The message as the exporting account sees it: with one identity header, the server's own.
    static func stamp(
        headerCount: Int, payload: Span<UInt8>, client: Client?, roundTrip: Int64?, importer: AccountIdentity,
        isShared: Bool
    ) -> (headerCount: Int, bytes: [UInt8]) {
        let bytes = copied(payload)
        let identity = client.map { Self.identity($0, roundTrip, importer, isShared: isShared) }
        let block = Self.block(bytes.prefix(headerCount), identity)
        return (block.count, block + bytes.dropFirst(headerCount))
    }

    /// The headers with the identity in place of what a client may have written under its name. A block that cannot be
    /// read could hide the name from this reader and show it to another: nothing of it is handed on.
    private static func block(_ given: ArraySlice<UInt8>, _ identity: String?) -> [UInt8] {
        if given.count > readableBlock, let stamped = insert(identity, into: given) { return stamped }
        var headers = Headers()
        if !given.isEmpty, given.count <= readableBlock, let read = try? Headers(block: Array(given)) {
            headers = read
            headers.removeAll(inAnyCase: name)
        }
        if let identity { try? headers.append(name, identity) }
        return headers.isEmpty ? [] : headers.block
    }

    /// Writes the identity behind the first line of a long block, if the name does not occur in it.
    private static func insert(_ identity: String?, into given: ArraySlice<UInt8>) -> [UInt8]? {
        guard given.starts(with: "NATS/1.0\r\n".utf8), !occurs(in: given) else { return nil }
        let line = identity.map { Array("\(name): \($0)\r\n".utf8) } ?? []
        let firstLine = "NATS/1.0\r\n".utf8.count
        return given.prefix(firstLine) + line + given.dropFirst(firstLine)
    }

    /// Whether the name stands anywhere in the bytes, in any case of letters.
    private static func occurs(in bytes: ArraySlice<UInt8>) -> Bool {
        let wanted = Array(name.lowercased().utf8)
        var start = bytes.startIndex
        while bytes.endIndex - start >= wanted.count {
            if wanted.indices.allSatisfy({ bytes[start + $0] | 0x20 == wanted[$0] | 0x20 }) { return true }
            start += 1
        }
        return false
    }

    /// Which account asks and how far away its client is, and where the importer shares it, who. Names and public keys
    /// only, never the JWT (rule S10).
    private static func identity(
        _ client: Client, _ roundTrip: Int64?, _ importer: AccountIdentity, isShared: Bool
    ) -> String {
        let roundTrip = roundTrip.flatMap { $0 > 0 ? UInt64($0) : nil }
        let own = client.principal.account
        var json = JSONText()
        if isShared {
            json.add("start", UTCTimestamp.text(client.connectedAt))
            if let address = client.remoteAddress { json.add("host", address) }
            json.add("id", client.connection)
        }
        json.add("acc", own.text)
        // A request that already crossed accounts: the one in between answers for it.
        if own != importer { json.add("svc", importer.text) }
        guard isShared else {
            if let roundTrip { json.add("rtt", roundTrip) }
            return json.text
        }
        if let user = client.principal.user { json.add("user", user.text) }
        if !client.name.isEmpty { json.add("name", client.name) }
        if !client.language.isEmpty { json.add("lang", client.language) }
        if !client.version.isEmpty { json.add("ver", client.version) }
        if let roundTrip { json.add("rtt", roundTrip) }
        if let issuer = client.principal.grant.issuer { json.add("issuer_key", issuer.text) }
        json.add("name_tag", client.principal.name)
        json.add("kind", "Client")
        json.add("client_type", "nats")
        return json.text
    }
}
