import Subjects
import TestSupport
import Testing

@testable import Broker

@Suite struct InterestTests {
    private func subscription(_ pattern: String, queue: String? = nil) throws -> Subscription {
        Subscription(
            pattern: try Pattern(pattern), queue: queue.map { Array($0.utf8) }, target: .system(.identity))
    }

    /// The index against a loop over all subscriptions, while they come and go.
    @Test func findsWhatALoopFinds() throws {
        var generator = SeededGenerator.announced()
        let interest = Interest()
        var all: [Subscription] = []
        var found = 0
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                let added = try subscription(
                    randomPattern(&generator), queue: Bool.random(using: &generator) ? nil : "q")
                all.append(added)
                interest.insert(added)
            case 1 where !all.isEmpty:
                interest.remove(all.remove(at: Int.random(in: 0..<all.count, using: &generator)))
            default:
                let subject = Array(randomSubject(&generator).utf8)
                let match = interest.match(subject.span)
                let expected = all.filter { $0.pattern.matches(subject.span) }
                #expect(identities(match.plain) == identities(expected.filter { $0.queue == nil }))
                #expect(identities(match.groups.flatMap(\.members)) == identities(expected.filter { $0.queue != nil }))
                #expect(match.groups.count == (expected.contains { $0.queue != nil } ? 1 : 0))
                found += expected.count
            }
            #expect(interest.count == all.count)
        }
        #expect(found > 10_000)
        for subscription in all { interest.remove(subscription) }
        #expect(interest.count == 0 && interest.match(Array("a.b".utf8).span).isEmpty)
    }

    @Test func aSubjectWithAnEmptyTokenIsNobodys() throws {
        let interest = Interest()
        for pattern in [">", "*", "a.>", "a.*.b", "a.*", "*.*.*"] { interest.insert(try subscription(pattern)) }
        for subject in ["a..b", "a.", ".a", ".", "", "a.b..", "..a.b"] {
            #expect(interest.match(Array(subject.utf8).span).isEmpty, "\(subject)")
        }
        // What was looked at before is no part of the next answer.
        #expect(interest.match(Array("a.x.b".utf8).span).plain.count == 4)
    }

    @Test func aSubjectMayBeVeryLong() throws {
        let interest = Interest()
        interest.insert(try subscription(">"))
        let subject = Array([String](repeating: "a", count: 100_000).joined(separator: ".").utf8)
        #expect(interest.match(subject.span).plain.count == 1)
    }

    @Test func removingWhatIsNotThereChangesNothing() throws {
        let interest = Interest()
        interest.insert(try subscription("a.*"))
        interest.remove(try subscription("a.*"))
        interest.remove(try subscription("b"))
        #expect(interest.count == 1)
    }

    private func identities(_ subscriptions: [Subscription]) -> [ObjectIdentifier] {
        subscriptions.map { ObjectIdentifier($0) }.sorted { $0.hashValue < $1.hashValue }
    }

    private func randomPattern(_ generator: inout SeededGenerator) -> String {
        var tokens = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            ["a", "b", "c", "*"].randomElement(using: &generator) ?? "a"
        }
        if Int.random(in: 0..<3, using: &generator) == 0 { tokens[tokens.count - 1] = ">" }
        return tokens.joined(separator: ".")
    }

    private func randomSubject(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            ["a", "b", "c"].randomElement(using: &generator) ?? "a"
        }
        .joined(separator: ".")
    }
}
