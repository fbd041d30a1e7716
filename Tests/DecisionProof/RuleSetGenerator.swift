import Oracle
import TestSupport

/// Makes up roles, users, and questions that are close to the roles' rules.
struct RuleSetGenerator {
    /// Tokens of all lengths, many of them alike at their beginnings or ends; the last ones cannot be told apart by their
    /// first eight bytes.
    private static let pool = [
        "a", "b", "c", "x1", "foo", "bar", "KV", "orders", "sensor1", "sensor12", "sensor123", "sensor1234",
        "telemetry.".replacing(".", with: "y"), "device-00000001", "device-00000002", "device-00000012",
        "a-token-of-more-than-sixteen-bytes", "a-token-of-more-than-sixteen-bytez", "é", "$SYS", "*x", ">y", "x>",
    ]

    /// A rule set and what is needed to ask about it.
    struct RuleSet {
        var role = OracleRole()
        var user = OracleUser()
        /// The literals that rules are made of.
        var tokens: [String] = []
        /// The most tokens that a rule has.
        var depth = 3
        /// Whether patterns can be judged by trying all subjects.
        var isSmall = true
    }

    var random: SeededGenerator
    /// How many subjects and patterns were made from a rule.
    private(set) var nearRules = 0

    init(random: SeededGenerator) {
        self.random = random
    }

    private mutating func chance(_ one: Int, in all: Int) -> Bool {
        Int.random(in: 0..<all, using: &random) < one
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    // MARK: Rule sets

    mutating func ruleSet() -> RuleSet {
        var set = RuleSet()
        let hasTemplates = chance(1, in: 3)
        if chance(1, in: 12) {
            // Deep rules, only for questions about single subjects.
            set.isSmall = false
            set.depth = chance(1, in: 4) ? 40 : 8
            set.tokens = (0..<6).map { _ in pick(Self.pool) }
        } else {
            set.tokens = Array(Self.pool.shuffled(using: &random).prefix(hasTemplates ? 2 : 3))
            if hasTemplates { set.depth = 2 }
        }
        if hasTemplates { fillUser(&set) }
        set.role.publishAllow = list(set, 0...7, hasTemplates, queues: false)
        set.role.publishDeny = list(set, 0...4, hasTemplates, queues: false)
        set.role.subscribeAllow = list(set, 0...6, hasTemplates, queues: true)
        set.role.subscribeDeny = list(set, 0...4, hasTemplates, queues: true)
        set.role.mayRespond = chance(1, in: 2)
        return set
    }

    /// Values out of the rules' own literals, and others.
    private mutating func fillUser(_ set: inout RuleSet) {
        let values = set.tokens + ["v"]
        set.user.name = chance(1, in: 20) ? pick(["", "a.b", "*", ">", "a b"]) : pick(values)
        set.user.subject = "U" + pick(values)
        set.user.accountName = pick(values)
        set.user.accountSubject = "A"
        for key in ["t", "u"] {
            for _ in 0..<Int.random(in: 0...3, using: &random) { set.user.tags.append("\(key):\(pick(values))") }
        }
        if chance(1, in: 20) { set.user.tags.append("t:" + pick(["", "x.y", "*", ">", "p q"])) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { set.user.accountTags.append("s:\(pick(values))") }
    }

    private mutating func list(
        _ set: RuleSet, _ counts: ClosedRange<Int>, _ hasTemplates: Bool, queues: Bool
    ) -> [String] {
        (0..<Int.random(in: counts, using: &random)).map { _ in
            var entry = pattern(set, hasTemplates)
            guard queues, chance(1, in: 2) else { return entry }
            entry += " " + pick(["q1", "q2", "q1", "q.1", "q.*", ">", "*", hasTemplates ? "q{{name()}}" : "q1"])
            return entry
        }
    }

    private mutating func pattern(_ set: RuleSet, _ hasTemplates: Bool) -> String {
        var tokens = (0..<Int.random(in: 1...set.depth, using: &random)).map { _ in
            if hasTemplates, chance(1, in: 3) { return template() }
            return chance(1, in: 3) ? "*" : pick(set.tokens)
        }
        if chance(1, in: 4) { tokens[tokens.count - 1] = ">" }
        return tokens.joined(separator: ".")
    }

    private mutating func template() -> String {
        pick([
            "{{name()}}", "{{ Name() }}", "{{tag(t)}}", "{{tag(t)}}", "{{tag(u)}}", "{{account-name()}}",
            "{{account-tag(s)}}", "{{subject()}}", "k-{{tag(t)}}", "{{tag(t)}}-{{tag(u)}}", "{{tag(t)}}{{name()}}",
            chance(1, in: 8) ? "{{Tag(t)}}" : "{{name()}}",
        ])
    }

    // MARK: Questions

    /// A subject: at least half of them a rule with its wildcards filled and maybe a token changed.
    mutating func subject(_ set: RuleSet, near rules: [OracleRule]) -> [[UInt8]] {
        guard let rule = rules.randomElement(using: &random), !chance(1, in: 3) else {
            return (0..<Int.random(in: 1...set.depth + 1, using: &random)).map { _ in anyToken(set) }
        }
        nearRules += 1
        var tokens = rule.tokens.map { token -> [UInt8] in
            isWildcard(token) ? anyToken(set) : token
        }
        if rule.tokens.last == [UInt8(ascii: ">")], chance(1, in: 2) { tokens.append(anyToken(set)) }
        return mutated(tokens, set)
    }

    /// A pattern near a rule: the rule itself, or with a token made wider, narrower, longer or shorter.
    mutating func pattern(_ set: RuleSet, near rules: [OracleRule]) -> [[UInt8]] {
        guard let rule = rules.randomElement(using: &random), !chance(1, in: 4) else {
            return OracleRules.tokens(Array(pattern(set, false).utf8))
        }
        nearRules += 1
        var tokens = rule.tokens
        switch Int.random(in: 0..<6, using: &random) {
        case 0: tokens[Int.random(in: 0..<tokens.count, using: &random)] = Array("*".utf8)
        case 1: tokens[tokens.count - 1] = Array(">".utf8)
        case 2 where tokens.last != [UInt8(ascii: ">")] && tokens.count < set.depth: tokens.append(Array("*".utf8))
        case 3:
            tokens = tokens.map { isWildcard($0) ? anyToken(set) : $0 }
        default: break
        }
        return tokens
    }

    private mutating func mutated(_ tokens: [[UInt8]], _ set: RuleSet) -> [[UInt8]] {
        var tokens = tokens
        if chance(1, in: 25) {
            // What clients may publish to although it is no subject, or looks like a pattern.
            tokens[Int.random(in: 0..<tokens.count, using: &random)] = Array(pick(["", "*", ">"]).utf8)
            return tokens
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: tokens[Int.random(in: 0..<tokens.count, using: &random)] = anyToken(set)
        case 1: tokens.append(anyToken(set))
        case 2 where tokens.count > 1: tokens.removeLast()
        case 3 where tokens[0].count > 1:
            // Nearly the same token, a byte less; not one that is a wildcard then.
            let place = Int.random(in: 0..<tokens.count, using: &random)
            let shorter = Array(tokens[place].dropLast())
            if !shorter.isEmpty, !isWildcard(shorter) { tokens[place] = shorter }
        default: break
        }
        return tokens
    }

    private func isWildcard(_ token: [UInt8]) -> Bool {
        token == [UInt8(ascii: "*")] || token == [UInt8(ascii: ">")]
    }

    private mutating func anyToken(_ set: RuleSet) -> [UInt8] {
        Array((chance(1, in: 5) ? "fresh" : pick(set.tokens)).utf8)
    }

    mutating func group() -> String? { pick([nil, "q1", "q2", "q3", "q.1", "q1", nil, "q1", ">", "*", "q.>"]) }

    /// What is asked.
    enum Question: CaseIterable {
        case publish, answer, subscribe, deliver, reply
    }

    mutating func question(_ set: RuleSet) -> Question {
        let number = Int.random(in: 0..<20, using: &random)
        guard set.isSmall else { return [.publish, .answer, .deliver][number % 3] }
        switch number {
        case 0..<5: return .publish
        case 5..<9: return .answer
        case 9..<16: return .subscribe
        case 16..<19: return .deliver
        default: return .reply
        }
    }
}
