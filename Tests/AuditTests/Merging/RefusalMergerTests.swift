import Audit
import Authorization
import TestSupport
import Testing

/// Merging beside a list of everything that happened.
@Suite struct RefusalMergerTests {
    private struct Event: Sendable {
        let key: RefusalKey
        let connection: UInt64
        let account: AccountIdentity
        let time: Int64
    }

    /// One record: how many it counts, and of what.
    private struct Written: Hashable {
        let key: RefusalKey
        let count: Int64
        let first: Int64
        let last: Int64
        let distinct: Int?
    }

    /// What the rules say, by looking through all windows for every event.
    private struct Naive {
        var limits: MergingLimits
        var windows: [(key: RefusalKey, opened: Int64, counted: [Event])] = []
        var opened: [(event: Event, start: Int64)] = []
        /// The present second of each connection and account: when it began, and how many were told apart.
        var seconds: [String: (began: Int64, count: Int)] = [:]
        var written: [Written] = []

        mutating func close(at now: Int64) {
            while let place = windows.firstIndex(where: { now - $0.opened >= limits.window }) {
                finish(windows.remove(at: place))
            }
        }

        mutating func finish(_ window: (key: RefusalKey, opened: Int64, counted: [Event])) {
            guard let first = window.counted.first, let last = window.counted.last else { return }
            var distinct: Int?
            if window.key.subject == nil {
                distinct = Set(window.counted.map { [$0.key.subject, $0.key.queue] }).count
            }
            written.append(
                Written(
                    key: window.key, count: Int64(window.counted.count), first: first.time, last: last.time,
                    distinct: distinct))
        }

        mutating func take(_ event: Event) -> Bool {
            if let place = windows.firstIndex(where: { $0.key == event.key }) {
                windows[place].counted.append(event)
                return false
            }
            var key = event.key
            if !mayOpen(event) {
                (key.subject, key.queue) = (nil, nil)
                if let place = windows.firstIndex(where: { $0.key == key }) {
                    windows[place].counted.append(event)
                    return false
                }
            }
            windows.append((key, event.time, []))
            return true
        }

        private mutating func mayOpen(_ event: Event) -> Bool {
            let names = ["c\(event.connection)", "a\(event.account)"]
            for name in names where event.time - (seconds[name]?.began ?? .min / 2) >= limits.window {
                seconds[name] = (event.time, 0)
            }
            let most = [limits.perConnection, limits.perAccount]
            guard zip(names, most).allSatisfy({ (seconds[$0]?.count ?? 0) < $1 }) else { return false }
            for name in names { seconds[name]?.count += 1 }
            return true
        }
    }

    private func event(_ random: inout SeededGenerator, at time: Int64) -> Event {
        let connection = UInt64.random(in: 1...3, using: &random)
        let rules = [Rule(.noAllow, .publishAllow), Rule(.deny, .publishDeny, entry: 2)]
        let subject = Array("s.\(Int.random(in: 0..<12, using: &random))".utf8)
        let key = RefusalKey(
            source: Int.random(in: 0...1, using: &random), client: connection, action: .publish,
            rule: rules[Int.random(in: 0...1, using: &random)], subject: subject,
            queue: Bool.random(using: &random) ? nil : [0x71])
        return Event(key: key, connection: connection, account: .name(connection < 3 ? "A" : "B"), time: time)
    }

    @Test func `what is written is what a list of all events says`() {
        var random = SeededGenerator.announced()
        for _ in 0..<150 {
            var limits = MergingLimits()
            (limits.perConnection, limits.perAccount) = (6, 9)
            limits.window = 1_000
            var merger = RefusalMerger<Event>(limits)
            var naive = Naive(limits: limits)
            var (time, total, accounted): (Int64, Int64, Int64) = (0, 0, 0)
            var written: [Written] = []
            func note(_ closings: [RefusalMerger<Event>.Closing]) {
                for closing in closings {
                    accounted += closing.count
                    #expect(closing.samples.count <= limits.samples)
                    written.append(
                        Written(
                            key: closing.key, count: closing.count, first: closing.first, last: closing.last,
                            distinct: closing.distinct))
                }
            }
            for _ in 0..<300 {
                time += Int64.random(in: 0...(Int.random(in: 0..<20, using: &random) == 0 ? 1_500 : 40), using: &random)
                note(merger.close(at: time))
                naive.close(at: time)
                let event = event(&random, at: time)
                total += 1
                let verdict = merger.take(
                    event.key, connection: event.connection, account: event.account, at: time, event)
                #expect((verdict == .write) == naive.take(event))
                if verdict == .write { accounted += 1 }
                #expect(accounted + merger.pending == total)
            }
            note(merger.closeAll())
            for window in naive.windows { naive.finish(window) }
            #expect(written == naive.written)
            #expect(accounted == total && merger.pending == 0)
        }
    }

    @Test func `a flood of one refusal is two records a second`() {
        var merger = RefusalMerger<Int>()
        let key = RefusalKey(source: 0, client: 1, action: .publish, rule: Rule(.noAllow), subject: [0x61])
        var (written, counted): (Int, Int64) = (0, 0)
        for step in 0..<30_000 {
            let now = Int64(step) * 1_000_000
            for closing in merger.close(at: now) { (written, counted) = (written + 1, counted + closing.count) }
            if merger.take(key, connection: 1, account: .global, at: now, step) == .write {
                (written, counted) = (written + 1, counted + 1)
            }
        }
        for closing in merger.closeAll() { (written, counted) = (written + 1, counted + closing.count) }
        #expect(written == 60 && counted == 30_000)
    }

    @Test func `past 64 subjects of a connection the rest are one record with samples`() throws {
        var merger = RefusalMerger<Int>()
        for number in 0..<5_000 {
            let key = RefusalKey(
                source: 0, client: 1, action: .publish, rule: Rule(.noAllow), subject: Array("s.\(number)".utf8))
            let verdict = merger.take(key, connection: 1, account: .global, at: 5, number)
            #expect((verdict == .write) == (number <= 64))
        }
        let closed = merger.close(at: 1_000_000_005)
        let closing = try #require(closed.first)
        #expect(closed.count == 1 && closing.count == 4_935 && closing.key.subject == nil)
        #expect(closing.samples.count == 8 && closing.distinct == MergingLimits().distinct)
    }

    @Test func `past 1,000 refusals of an account its connections are told apart, and no subjects`() {
        var merger = RefusalMerger<UInt64>()
        var written = 0
        for client in 1...UInt64(2_000) {
            for subject in [[0x61], [0x62]] as [[UInt8]] {
                let key = RefusalKey(
                    source: 0, client: client, action: .subscribe, rule: Rule(.noAllow), subject: subject)
                if merger.take(key, connection: client, account: .global, at: 5, client) == .write { written += 1 }
            }
        }
        #expect(written == 1_000 + 1_500 && merger.pending == 1_500)
    }
}
