import Authorization
import Claims
import Subjects
import TestSupport
import Testing

/// Decisions of compiled programs against a deliberately simple oracle: a loop over the rules that compares token by
/// token, for publishes, subscriptions and deliveries.
@Suite struct DecisionOracleTests {
    private struct Oracle {
        let allow: [String]
        let deny: [String]

        static func matches(_ pattern: Substring, _ subject: [Substring]) -> Bool {
            let tokens = pattern.split(separator: ".")
            for (index, token) in tokens.enumerated() {
                if token == ">" { return index < subject.count }
                guard index < subject.count, token == "*" || token == subject[index] else { return false }
            }
            return tokens.count == subject.count
        }

        func allowsPublish(_ subject: String) -> Bool {
            let tokens = subject.split(separator: ".")
            return (allow.isEmpty || allow.contains { Self.matches($0[...], tokens) })
                && !deny.contains { Self.matches($0[...], tokens) }
        }

        private func isInGroup(_ list: [String], _ tokens: [Substring], _ queue: String?) -> Bool {
            let entries = list.map { $0.split(separator: " ") }.filter { Self.matches($0[0], tokens) }
            guard let queue else { return entries.contains { $0.count == 1 } }
            let groups = entries.filter { $0.count == 2 }
            if groups.contains(where: { Self.matches($0[1], queue.split(separator: ".")) }) { return true }
            return groups.isEmpty && entries.contains { $0.count == 1 }
        }

        func allowsReceiving(_ subject: String, _ queue: String?) -> Bool {
            let tokens = subject.split(separator: ".")
            return (allow.isEmpty || isInGroup(allow, tokens, queue)) && !isDenied(subject, queue)
        }

        func isDenied(_ subject: String, _ queue: String?) -> Bool {
            let tokens = subject.split(separator: ".")
            return deny.map { $0.split(separator: " ") }.contains { entry in
                guard Self.matches(entry[0], tokens) else { return false }
                guard entry.count == 2 else { return true }
                return queue.map { Self.matches(entry[1], $0.split(separator: ".")) } ?? false
            }
        }
    }

    private static func token(_ generator: inout SeededGenerator, wildcards: Bool) -> String {
        (wildcards ? ["a", "b", "c", "*", "*"] : ["a", "b", "c", "z"]).randomElement(using: &generator) ?? "a"
    }

    private static func pattern(_ generator: inout SeededGenerator) -> String {
        var tokens = (0..<Int.random(in: 1...3, using: &generator)).map { _ in token(&generator, wildcards: true) }
        if Int.random(in: 0..<3, using: &generator) == 0 { tokens[tokens.count - 1] = ">" }
        return tokens.joined(separator: ".")
    }

    private static func entry(_ generator: inout SeededGenerator, _ queues: Bool) -> String {
        let suffix = ["", "", " q1", " q2", " >"].randomElement(using: &generator) ?? ""
        return pattern(&generator) + (queues ? suffix : "")
    }

    private static func list(_ generator: inout SeededGenerator, _ range: ClosedRange<Int>, queues: Bool) -> [String] {
        (0..<Int.random(in: range, using: &generator)).map { _ in entry(&generator, queues) }
    }

    /// All subjects of up to four tokens: more than any rule here can tell apart.
    private static let subjects: [String] = {
        var all: [String] = []
        var level = [""]
        for _ in 0..<4 {
            level = level.flatMap { prefix in ["a", "b", "c", "z"].map { prefix.isEmpty ? $0 : prefix + "." + $0 } }
            all += level
        }
        return all
    }()

    @Test func publishes() {
        var generator = SeededGenerator.announced()
        var allowed = 0
        var denied = 0
        for _ in 0..<3_000 {
            let lists = Permission(
                allow: Self.list(&generator, 0...6, queues: false), deny: Self.list(&generator, 0...3, queues: false))
            let program = program(publish: lists)
            let oracle = Oracle(allow: lists.allow, deny: lists.deny)
            for _ in 0..<20 {
                let subject = Self.subjects.randomElement(using: &generator) ?? "a"
                let decision = program.decide(.publish, subject: Array(subject.utf8).span)
                #expect(decision.isAllowed == oracle.allowsPublish(subject), "\(subject) under \(lists)")
                if decision.rule.entry >= 0, let text = program.explain(decision.rule).text {
                    #expect(Oracle.matches(text[...], subject.split(separator: ".")), "\(text) decided \(subject)")
                }
                if decision.isAllowed { allowed += 1 } else { denied += 1 }
            }
        }
        #expect(allowed > 3_000 && denied > 3_000)
    }

    /// A subscription is allowed exactly if everything it could match is in its group's set and not all of it denied;
    /// a delivery passes exactly if it is not denied.
    @Test func subscriptionsAndDeliveries() throws {
        var generator = SeededGenerator.announced()
        var allowed = 0
        for _ in 0..<2_000 {
            let lists = Permission(
                allow: Self.list(&generator, 0...5, queues: true), deny: Self.list(&generator, 0...3, queues: true))
            let program = program(subscribe: lists)
            let oracle = Oracle(allow: lists.allow, deny: lists.deny)
            for _ in 0..<6 {
                let text = Self.pattern(&generator)
                let pattern = try Pattern(text)
                let queue = [nil, "q1", "q2", "q3"].randomElement(using: &generator) ?? nil
                let matched = Self.subjects.filter { pattern.matches(Array($0.utf8).span) }
                let open = Oracle(allow: lists.allow, deny: [])
                let isCovered = matched.allSatisfy { open.allowsReceiving($0, queue) }
                let expected = isCovered && !matched.allSatisfy { oracle.isDenied($0, queue) }
                let group = queue.map { Array($0.utf8) }
                let decision = program.decide(subscribing: pattern, queue: group)
                #expect(decision.isAllowed == expected, "SUB \(text) \(queue ?? "-") under \(lists)")
                allowed += decision.isAllowed ? 1 : 0

                let subject = matched.randomElement(using: &generator) ?? "a"
                let delivery = program.decide(.deliver, subject: Array(subject.utf8).span, queue: group)
                #expect(delivery.isAllowed == !oracle.isDenied(subject, queue))
                if !delivery.isAllowed { #expect(program.needsDeliveryFilter(pattern, queue: group)) }
            }
        }
        #expect(allowed > 500)
    }
}
