import Authorization
import NKeys
import Wire

/// The `Nats-Request-Info` header that tells a service who asks. Only the server writes it: whatever a client sends under
/// that name, in any letter case and any place of the block, is taken out when a request crosses accounts.
enum RequestIdentity {
    static let name = "Nats-Request-Info"

    /// The message as the exporting account sees it.
    static func stamp(
        headerCount: Int, payload: Span<UInt8>, session: Session?, importer: Account, isShared: Bool
    ) -> (headerCount: Int, bytes: [UInt8]) {
        let bytes = copied(payload)
        var headers = Headers()
        if headerCount > 0 {
            guard let read = try? Headers(block: Array(bytes.prefix(headerCount))) else {
                // A block that cannot be read could hide the name: it is not handed on.
                return (0, Array(bytes.dropFirst(headerCount)))
            }
            headers = read
            headers.removeAll(inAnyCase: name)
        }
        if let session { try? headers.append(name, identity(session, importer, isShared: isShared)) }
        guard !headers.isEmpty else { return (0, Array(bytes.dropFirst(headerCount))) }
        let block = headers.block
        return (block.count, block + bytes.dropFirst(headerCount))
    }

    /// Which account asks, and where the importer shares it, who. Names and public keys only, never the JWT (rule S10).
    private static func identity(_ session: Session, _ importer: Account, isShared: Bool) -> String {
        let own = session.account?.key ?? importer.key
        var json = JSONText()
        if isShared {
            json.add("start", UTCTimestamp.text(session.connectedAt))
            if let address = session.remoteAddress { json.add("host", address) }
            json.add("id", session.id)
        }
        json.add("acc", own.text)
        // A request that already crossed accounts: the one in between answers for it.
        if own != importer.key { json.add("svc", importer.key.text) }
        guard isShared, let principal = session.principal else { return json.text }
        json.add("user", principal.user.text)
        if !session.options.name.isEmpty { json.add("name", session.options.name) }
        if !session.options.language.isEmpty { json.add("lang", session.options.language) }
        if !session.options.version.isEmpty { json.add("ver", session.options.version) }
        json.add("issuer_key", principal.claimant.issuer.text)
        json.add("name_tag", principal.name)
        json.add("kind", "Client")
        json.add("client_type", "nats")
        return json.text
    }
}
