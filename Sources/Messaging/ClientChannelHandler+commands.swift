import NIOCore
import Wire

/// What the ``Client`` asks for. The waiters of a connection that has ended go on at once, with its reason.
extension ClientChannelHandler {
    // MARK: Publishing

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func publish(_ publication: Publication) throws(ClientError) {
        write(try machine.withSession { (session) throws(ClientError) in try publication.bytes(for: session.info) })
    }

    /// Lets the waiter go on when the connection takes more to write.
    func awaitWritability(_ number: UInt64, _ waiter: PendingTable<UInt64, Void>.Waiter) {
        if let reason = closeReason { return waiter.resume(returning: .failure(reason)) }
        if isWritable { return waiter.resume(returning: .success(())) }
        writers.add(number, waiter, timer: nil)
    }

    // MARK: Subscriptions

    func subscribe(
        _ subject: String, queue: String?, limit: Int,
        _ continuation: AsyncThrowingStream<Message, any Error>.Continuation
    ) throws(ClientError) -> UInt64 {
        let (subscription, bytes) = try machine.withSession { (session) throws(ClientError) in
            try session.subscribe(subject, queue: queue)
        }
        deliveries[subscription] = Delivery(subject: subject, limit: limit, continuation: continuation)
        write(bytes)
        return subscription
    }

    func unsubscribe(_ subscription: UInt64, after maximum: Int?) {
        guard endInterest(subscription, after: maximum) else { return }
        deliveries.removeValue(forKey: subscription)?.continuation.finish()
    }

    /// Tells the server that a subscription ends.
    /// - Returns: whether it is over now.
    @discardableResult
    func endInterest(_ subscription: UInt64, after maximum: Int? = nil) -> Bool {
        let action = try? machine.withSession { (session) throws(ClientError) in
            session.unsubscribe(subscription, after: maximum)
        }
        guard let action else { return true }
        write(action.bytes)
        return action.isOver
    }

    // MARK: Requests

    /// Sends a request. The waiter gets its answers; for a request with several, also when `timeout` ends.
    func request(
        _ publication: Publication, _ request: Session.Request, token: String, inbox: String, timeout: Duration,
        _ waiter: PendingTable<String, [Message]>.Waiter
    ) {
        do throws(ClientError) {
            let bytes = try machine.withSession { (session) throws(ClientError) in
                // Checked first: nothing must wait for an answer to what was never sent.
                _ = try publication.bytes(for: session.info)
                var (reply, bytes) = try session.request(request, token: token, inbox: inbox)
                var publication = publication
                publication.reply = reply
                bytes += try publication.bytes(for: session.info)
                return bytes
            }
            let timer = schedule(after: timeout) { $0.requestTimedOut(token, timeout) }
            requests.add(token, waiter, timer: timer)
            write(bytes)
        } catch {
            waiter.resume(returning: .failure(error))
        }
    }

    private func requestTimedOut(_ token: String, _ timeout: Duration) {
        guard let request = endRequest(token) else { return }
        if request.isSingle {
            requests.finish(token, .failure(.timeout("the request on \"\(request.subject)\"", timeout)))
        } else {
            requests.finish(token, .success(request.answers))
        }
    }

    func cancelRequest(_ token: String) {
        _ = endRequest(token)
        requests.finish(token, .failure(.cancelled))
    }

    private func endRequest(_ token: String) -> Session.Request? {
        try? machine.withSession { (session) throws(ClientError) in session.endRequest(token) }
    }

    // MARK: Flushes

    /// Lets the waiter go on when the server has answered a ping.
    func flush(_ number: UInt64, timeout: Duration, _ waiter: PendingTable<UInt64, Void>.Waiter) {
        do throws(ClientError) {
            let bytes = try machine.withSession { (session) throws(ClientError) in session.flush(number) }
            let timer = schedule(after: timeout) {
                $0.flushes.finish(number, .failure(.timeout("the server's answer to a ping", timeout)))
            }
            flushes.add(number, waiter, timer: timer)
            write(bytes)
        } catch {
            waiter.resume(returning: .failure(error))
        }
    }
}
