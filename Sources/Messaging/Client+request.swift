import NIOCore
public import Wire

extension Client {
    /// Sends a request and waits for its answer.
    ///
    /// - Throws: ``ClientError``: code `no-responders` at once when nobody listens on the subject, `timeout`,
    ///   `permissions-violation` when the server refuses the request or its inbox.
    public func request(
        _ subject: String, payload: [UInt8] = [], headers: Headers = Headers(), timeout: Duration = .seconds(2)
    ) async throws(ClientError) -> Message {
        let request = Session.Request(subject: subject, isSingle: true, expected: 1)
        let answers = try await answers(request, payload, headers, timeout)
        guard let answer = answers.first else { throw .timeout("the request on \"\(subject)\"", timeout) }
        return answer
    }

    /// Sends a request that several may answer, and collects their answers in the order they come.
    ///
    /// - Parameters:
    ///   - expected: how many answers end it; nil when that is not known, and then only time ends it. Never more than
    ///     4,096.
    ///   - timeout: how long to wait.
    /// - Returns: what came, which may be fewer than expected, and none.
    /// - Throws: as ``request(_:payload:headers:timeout:)``, but for the timeout.
    public func requestMany(
        _ subject: String, payload: [UInt8] = [], headers: Headers = Headers(), expecting expected: Int? = nil,
        timeout: Duration = .seconds(2)
    ) async throws(ClientError) -> [Message] {
        let limit = 4096
        let request = Session.Request(
            subject: subject, isSingle: false, expected: min(max(1, expected ?? limit), limit))
        return try await answers(request, payload, headers, timeout)
    }

    private func answers(
        _ request: Session.Request, _ payload: [UInt8], _ headers: Headers, _ timeout: Duration
    ) async throws(ClientError) -> [Message] {
        let token = RandomToken.next()
        let publication = Publication(subject: request.subject, reply: nil, headers: headers, payload: payload)
        let (bound, loop) = (boundHandler, channel.eventLoop)
        return try await withTaskCancellationHandler {
            await withCheckedContinuation {
                self.handler.request(publication, request, token: token, inbox: inbox, timeout: timeout, $0)
            }
        } onCancel: {
            loop.execute { bound.value.cancelRequest(token) }
        }.get()
    }
}

/// Names that nobody can guess, for inboxes and the answers in them.
enum RandomToken {
    /// 25 characters of the digits and small letters: 128 random bits.
    static func next() -> String {
        let text = String(UInt128.random(in: 0...UInt128.max), radix: 36)
        return String(repeating: "0", count: 25 - text.count) + text
    }
}
