import Testing

@testable import Broker

@Suite struct MailboxTests {
    private func number(_ mail: Mail) -> (shard: Int, sequence: UInt64) {
        if case .applied(let sequence, let shard) = mail { return (shard, sequence) }
        return (-1, 0)
    }

    @Test func keepsTheOrder() {
        let mailbox = Mailbox()
        #expect(mailbox.isEmpty)
        let wakes = (0..<5).map { mailbox.post(.applied(sequence: UInt64($0), by: 1)) }
        #expect(wakes == [true, false, false, false, false] && !mailbox.isEmpty)
        #expect(mailbox.takeAll().map { number($0).sequence } == [0, 1, 2, 3, 4])
        #expect(mailbox.isEmpty && mailbox.takeAll().isEmpty)
        #expect(mailbox.post(.stop))
    }

    /// Several threads post while one takes out: nothing is lost, and each thread's letters come in its order. Whoever
    /// finds the mailbox empty has to wake its owner: if nobody did, nothing may be in it.
    @Test func manyMayPostAtOnce() async {
        let mailbox = Mailbox()
        let (threads, count) = (4, 20_000)
        let wakes = await withTaskGroup(of: Int.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    var wakes = 0
                    for sequence in 0..<count where mailbox.post(.applied(sequence: UInt64(sequence), by: thread)) {
                        wakes += 1
                    }
                    return wakes
                }
            }
            group.addTask {
                await Self.takeAll(threads * count, from: mailbox, threads: threads)
                return 0
            }
            return await group.reduce(0, +)
        }
        #expect(wakes > 0 && mailbox.isEmpty)
    }

    private static func takeAll(_ total: Int, from mailbox: Mailbox, threads: Int) async {
        var next = [UInt64](repeating: 0, count: threads)
        var taken = 0
        while taken < total {
            let mail = mailbox.takeAll()
            if mail.isEmpty { await Task.yield() }
            for letter in mail {
                guard case .applied(let sequence, let thread) = letter else { continue }
                #expect(next[thread] == sequence)
                next[thread] = sequence + 1
            }
            taken += mail.count
        }
    }
}

@Suite struct BacklogTests {
    @Test func whoHandsOverTooMuchIsToldWhenTheOtherHasCaughtUp() {
        let backlog = Backlog()
        #expect(!backlog.add(3 << 20))
        #expect(!backlog.remove(1 << 20))
        #expect(backlog.add(3 << 20))
        #expect(!backlog.remove(3 << 20))
        #expect(backlog.remove(2 << 20))
        // Told once.
        #expect(!backlog.remove(0))
    }
}

@Suite struct QuickRandomTests {
    @Test func choicesAreEven() {
        var random = QuickRandom()
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.next(below: 7)] += 1 }
        // Ten standard deviations.
        #expect(counts.allSatisfy { (9_000...11_000).contains($0) })
    }
}
