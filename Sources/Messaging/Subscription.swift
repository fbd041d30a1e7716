/// The messages of a subscription, as a sequence for one reader.
///
/// Between the connection and the reader stands a buffer of limited size. When a message finds it full, the
/// subscription ends: the reader still gets what is in the buffer and then a ``ClientError`` of code `slow-consumer`.
/// It also ends with an error when the server refuses it or the connection is lost, and without one after
/// ``unsubscribe(after:)`` and ``Client/close(within:)``. A reader that stops reading ends it too.
public struct Subscription: AsyncSequence, Sendable {
    public typealias Element = Message
    public typealias Failure = ClientError

    public let subject: String
    /// The queue group, whose members share the messages; nil for none.
    public let queue: String?

    let number: UInt64
    /// Keeps the connection open while somebody reads.
    let client: Client
    let messages: AsyncThrowingStream<Message, any Error>

    /// Ends the subscription.
    ///
    /// - Parameter maximum: after how many messages, counted from the beginning; nil, or a number that has been
    ///   reached, means now.
    public func unsubscribe(after maximum: Int? = nil) async {
        await client.unsubscribe(number, after: maximum)
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(client: client, base: messages.makeAsyncIterator())
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let client: Client
        var base: AsyncThrowingStream<Message, any Error>.AsyncIterator

        /// The next message; nil when the subscription has ended, or the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(ClientError) -> Message? {
            do {
                return try await base.next(isolation: actor)
            } catch let error as ClientError {
                throw error
            } catch {
                // The stream is finished with nothing else.
                throw .cancelled
            }
        }

        public mutating func next() async throws(ClientError) -> Message? {
            try await next(isolation: nil)
        }
    }
}
