import Synchronization

/// What other loops have sent to one shard and it has not read yet. Any loop puts letters in, only the shard's own takes
/// them out; nobody waits for anybody.
///
/// A shard reads its mailbox before it looks at anything that its sockets have read. So whatever a shard posted before it
/// let a client know of something is in force everywhere when anything that client, or anybody it told, says next is
/// looked at: a subscription before the PONG behind it, a message before the UNSUB that came after it.
final class Mailbox: Sendable {
    private final class Letter: Sendable {
        let content: Mail
        /// The letter that was posted before this one.
        let previous: Atomic<Unmanaged<Letter>?>

        init(_ content: Mail) {
            self.content = content
            previous = Atomic(nil)
        }
    }

    /// The letter that was posted last. Each one in the list is retained once for standing there.
    private let last = Atomic<Unmanaged<Letter>?>(nil)

    deinit {
        _ = takeAll()
    }

    @inline(__always)
    var isEmpty: Bool { last.load(ordering: .acquiring) == nil }

    /// Puts a letter in.
    ///
    /// - Returns: whether the mailbox was empty, so that its owner has to be woken.
    func post(_ content: Mail) -> Bool {
        let letter = Unmanaged.passRetained(Letter(content))
        var previous = last.load(ordering: .relaxed)
        while true {
            // The list holds the letter as long as it stands there, and nobody else has it before the exchange.
            letter._withUnsafeGuaranteedRef { $0.previous.store(previous, ordering: .relaxed) }
            let (exchanged, original) = last.weakCompareExchange(
                expected: previous, desired: letter, successOrdering: .acquiringAndReleasing,
                failureOrdering: .relaxed)
            if exchanged { return previous == nil }
            previous = original
        }
    }

    /// Takes everything out, in the order in which it was posted.
    func takeAll() -> [Mail] {
        var next = last.exchange(nil, ordering: .acquiringAndReleasing)
        var mail: [Mail] = []
        while let letter = next {
            let taken = letter.takeRetainedValue()
            mail.append(taken.content)
            next = taken.previous.load(ordering: .relaxed)
        }
        mail.reverse()
        return mail
    }
}
