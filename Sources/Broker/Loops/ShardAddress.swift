import NIOCore
import Synchronization

/// Where a shard is reached from other loops.
final class ShardAddress: Sendable {
    let index: Int
    let eventLoop: any EventLoop
    let mailbox: Mailbox
    private let readMail: @Sendable () -> Void
    /// What each shard has handed over to this one and it has not delivered yet, by the number of the one that did.
    let backlogs: [Backlog]

    init(_ shard: NIOLoopBound<Shard>, index: Int, mailbox: Mailbox, shards: Int) {
        self.index = index
        eventLoop = shard.eventLoop
        self.mailbox = mailbox
        readMail = { shard.value.readMail() }
        backlogs = (0..<shards).map { _ in Backlog() }
    }

    /// Puts something into the shard's mailbox. The first letter wakes it.
    func post(_ mail: Mail) {
        if mailbox.post(mail) { eventLoop.execute(readMail) }
    }
}

/// How much one shard has handed over to another that is not delivered yet. Whoever hands over too much stops reading
/// from its clients until the other has caught up, so that nobody's speed fills the memory.
final class Backlog: Sendable {
    /// Bytes under way from which on the sender waits.
    private static let high = 4 << 20
    /// Bytes under way at which it goes on.
    private static let low = 1 << 20

    private let bytes = Atomic<Int>(0)
    private let isAwaited = Atomic<Bool>(false)

    /// Counts what is handed over.
    ///
    /// - Returns: whether the sender has to wait until it is told that the other has caught up.
    func add(_ count: Int) -> Bool {
        guard bytes.wrappingAdd(count, ordering: .sequentiallyConsistent).newValue > Self.high else { return false }
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        // The other may have caught up before it could see that somebody waits.
        guard bytes.load(ordering: .sequentiallyConsistent) <= Self.low else { return true }
        return !isAwaited.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// Counts what has been delivered.
    ///
    /// - Returns: whether the sender has to be told.
    func remove(_ count: Int) -> Bool {
        guard bytes.wrappingSubtract(count, ordering: .sequentiallyConsistent).newValue <= Self.low,
            isAwaited.load(ordering: .sequentiallyConsistent)
        else { return false }
        return isAwaited.exchange(false, ordering: .sequentiallyConsistent)
    }
}
