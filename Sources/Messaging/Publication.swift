import Wire

/// A message to be sent, and what a server must be able to take to get it.
struct Publication {
    var subject: String
    var reply: String?
    var headers: Headers
    var payload: [UInt8]

    /// The whole command.
    ///
    /// - Throws: ``ClientError``: a subject that would be read as something else, a message over the server's limit,
    ///   headers for a server without them.
    func bytes(for info: ServerInfo) throws(ClientError) -> [UInt8] {
        guard ClientLine.isSafe(subject) else { throw .invalidSubject("subject") }
        if let reply, !ClientLine.isSafe(reply) { throw .invalidSubject("reply subject") }
        let block = headers.block
        if !block.isEmpty, !info.headers {
            throw ClientError(.protocolViolation, "the server does not take messages with headers")
        }
        let count = block.count + payload.count
        if let limit = info.maximumPayload, count > limit { throw .payloadTooLarge(count, limit: limit) }
        var bytes: [UInt8] = []
        ClientLine.publish(subject: subject, reply: reply, headerBlock: block, payload: payload, to: &bytes)
        return bytes
    }
}
