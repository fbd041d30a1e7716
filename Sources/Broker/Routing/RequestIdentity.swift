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
        if isShared, let session { try? headers.append(name, identity(session, importer)) }
        guard !headers.isEmpty else { return (0, Array(bytes.dropFirst(headerCount))) }
        let block = headers.block
        return (block.count, block + bytes.dropFirst(headerCount))
    }

    private static func identity(_ session: Session, _ importer: Account) -> String {
        var json = JSONText()
        json.add("acc", importer.key.text)
        if let principal = session.principal { json.add("user", principal.name) }
        if !session.options.name.isEmpty { json.add("name", session.options.name) }
        json.add("id", session.id)
        if let address = session.remoteAddress { json.add("host", address) }
        return json.text
    }
}
