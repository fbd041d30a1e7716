import Authorization
import NKeys
import Wire

/// The `Nats-Request-Info` header that tells a service who asks. Only the server writes it: whatever a client sends under
/// that name, in any letter case and any place of the block, is taken out when a request crosses accounts.
enum RequestIdentity {
    static let name = "Nats-Request-Info"

    /// Longer header blocks are not read line by line.
    private static let readableBlock = 16 << 10

    /// The headers with the identity in place of what a client may have written under its name. A block that cannot be
    /// read could hide the name from this reader and show it to another: nothing of it is handed on.
    static func block(_ given: ArraySlice<UInt8>, _ identity: String?) -> [UInt8] {
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
    static func identity(
        _ client: Client, _ roundTrip: Int64, in importer: AccountIdentity, server: String, isShared: Bool
    ) -> JSONText {
        let roundTrip = roundTrip > 0 ? UInt64(roundTrip) : nil
        let own = client.principal.account
        var json = JSONText()
        if isShared {
            json.add("start", UTCTimestamp.text(nanoseconds: client.connectedAt))
            if let address = client.remoteAddress { json.add("host", address) }
            json.add("id", client.connection)
        }
        json.add("acc", own.text)
        // A request that already crossed accounts: the one in between answers for it.
        if own != importer { json.add("svc", importer.text) }
        guard isShared else {
            if let roundTrip { json.add("rtt", roundTrip) }
            return json
        }
        let user = client.shownUser
        if !user.isEmpty { json.add("user", user) }
        if !client.name.isEmpty { json.add("name", client.name) }
        if !client.language.isEmpty { json.add("lang", client.language) }
        if !client.version.isEmpty { json.add("ver", client.version) }
        if let roundTrip { json.add("rtt", roundTrip) }
        json.add("server", server)
        if let issuer = client.issuer { json.add("issuer_key", issuer) }
        if !client.tokenName.isEmpty { json.add("name_tag", client.tokenName) }
        if !client.principal.tags.isEmpty { json.add("tags", client.principal.tags) }
        json.add("kind", "Client")
        json.add("client_type", client.type == .webSocket ? "websocket" : "nats")
        return json
    }
}

/// The identities that were written last, since most requests come from those who asked just before.
struct RequestIdentities {
    private struct Entry {
        let client: UInt64
        let importer: Int
        let isShared: Bool
        let roundTrip: Int64
        let identity: String
        /// The identity as the only header of a block.
        let block: [UInt8]
    }

    /// A power of two.
    private static let places = 64

    private var entries = [Entry?](repeating: nil, count: places)

    /// The headers of a message as the exporting account sees it: with one identity, the server's own.
    ///
    /// - Parameters:
    ///   - given: the headers as they came; empty for none.
    ///   - client: who asks; nil for the server itself.
    mutating func block(
        _ given: Span<UInt8>, _ client: Client?, _ roundTrip: Int64, in importer: Account, server: String,
        isShared: Bool
    ) -> [UInt8] {
        guard let client else { return given.count == 0 ? [] : RequestIdentity.block(copied(given)[...], nil) }
        let entry = entry(client, roundTrip, importer, server, isShared)
        return given.count == 0 ? entry.block : RequestIdentity.block(copied(given)[...], entry.identity)
    }

    private mutating func entry(
        _ client: Client, _ roundTrip: Int64, _ importer: Account, _ server: String, _ isShared: Bool
    ) -> Entry {
        let place = Int(truncatingIfNeeded: client.serial &+ UInt64(importer.number)) & (Self.places - 1)
        if let entry = entries[place], entry.client == client.serial, entry.importer == importer.number,
            entry.isShared == isShared, entry.roundTrip == roundTrip
        {
            return entry
        }
        let identity = RequestIdentity.identity(
            client, roundTrip, in: importer.identity, server: server, isShared: isShared
        ).text
        let entry = Entry(
            client: client.serial, importer: importer.number, isShared: isShared, roundTrip: roundTrip,
            identity: identity, block: RequestIdentity.block([], identity))
        entries[place] = entry
        return entry
    }
}
