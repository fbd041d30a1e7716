/// A role as one user has it, asked about subjects.
public struct OracleRules {
    public let publishAllow: [OracleRule]
    public let publishDeny: [OracleRule]
    public let subscribeAllow: [OracleRule]
    public let subscribeDeny: [OracleRule]
    public let mayRespond: Bool
    public let restrictsPublish: Bool
    public let restrictsSubscribe: Bool

    /// What is said about a question, with the entries that may be named for it.
    public enum Verdict: Equatable {
        case unrestricted
        case allowed([Int])
        case denied([Int])
        case noAllow
        /// An entry of the allow list fits, but for another group.
        case otherGroup([Int])
        case byCredit

        public var isAllowed: Bool {
            switch self {
            case .unrestricted, .allowed, .byCredit: true
            case .denied, .noAllow, .otherGroup: false
            }
        }
    }

    public static func tokens(_ text: [UInt8]) -> [[UInt8]] { OracleRule.split(text) }

    // MARK: Publishing

    /// - Parameter hasCredit: whether a delivered request named the subject as its reply.
    public func publish(_ subject: [[UInt8]], hasCredit: Bool) -> Verdict {
        let verdict = publish(subject)
        return hasCredit && mayRespond && !verdict.isAllowed ? .byCredit : verdict
    }

    private func publish(_ subject: [[UInt8]]) -> Verdict {
        let allowing = Self.mostSpecific(publishAllow.filter { $0.matches(subject) })
        if restrictsPublish, allowing.isEmpty { return .noAllow }
        let denying = Self.mostSpecific(publishDeny.filter { $0.matches(subject) })
        if !denying.isEmpty { return .denied(denying) }
        return restrictsPublish ? .allowed(allowing) : .unrestricted
    }

    /// The entries of the rules that no other rule here is more specific than: a token before `*`, and any before `>`.
    /// Where templates take part, all of them.
    private static func mostSpecific(_ rules: [OracleRule]) -> [Int] {
        if rules.contains(where: \.isFilled) { return rules.map(\.entry) }
        func rank(_ token: [UInt8]?) -> Int {
            switch token {
            case [UInt8(ascii: "*")]: 1
            case [UInt8(ascii: ">")]: 2
            case nil: 3
            default: 0
            }
        }
        func isBefore(_ one: [[UInt8]], _ other: [[UInt8]]) -> Bool {
            for index in 0..<max(one.count, other.count) {
                let ranks = (rank(index < one.count ? one[index] : nil), rank(index < other.count ? other[index] : nil))
                if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            }
            return false
        }
        guard let best = rules.min(by: { isBefore($0.tokens, $1.tokens) }) else { return [] }
        return rules.filter { !isBefore(best.tokens, $0.tokens) }.map(\.entry)
    }

    // MARK: One delivered subject

    /// The entries that keep a subject from a subscriber, plain or of a group.
    public func denials(_ subject: [[UInt8]], _ group: [[UInt8]]?) -> [Int] {
        subscribeDeny.filter { rule in
            rule.matches(subject) && (rule.queue == nil || group.map(rule.names) ?? false)
        }.map(\.entry)
    }

    /// Whether a subject is in the set of a group, or of plain subscriptions: named by a group entry that matches it, or
    /// matched by a plain entry where no group entry matches it.
    public func isInSet(_ subject: [[UInt8]], _ group: [[UInt8]]?) -> Bool {
        guard restrictsSubscribe else { return true }
        let fitting = subscribeAllow.filter { $0.matches(subject) }
        let isPlain = fitting.contains { $0.queue == nil }
        guard let group else { return isPlain }
        if fitting.contains(where: { $0.names(group) }) { return true }
        return isPlain && !fitting.contains { $0.queue != nil }
    }

    // MARK: Subscribing

    /// Rule S1, by trying every subject: a subscription is allowed if every subject that it matches is in the set of its
    /// group, and not every one of them is denied.
    ///
    /// - Parameter world: subjects enough to tell everything apart that the rules and the pattern tell apart: all of up to
    ///   one token more than any of them has, of their literals and of one token that none of them has.
    public func subscribe(_ pattern: [[UInt8]], _ group: [[UInt8]]?, in world: OracleWorld) -> Verdict {
        let subjects = world.numbers(matching: pattern)
        let view = world.view(group)
        let isCovered = subjects.allSatisfy { view.isInSet[$0] }
        guard isCovered else {
            let isForSomebody = subjects.allSatisfy { view.isInAnySet[$0] }
            guard isForSomebody, subjects.contains(where: { !view.groupEntries[$0].isEmpty }) else { return .noAllow }
            return .otherGroup(subjects.flatMap { view.groupEntries[$0] })
        }
        if subjects.allSatisfy({ !view.denials[$0].isEmpty }) {
            return .denied(Self.explaining(subjects, view.denials, needsWhole: true))
        }
        guard restrictsSubscribe else { return .unrestricted }
        return .allowed(Self.explaining(subjects, view.allows, needsWhole: group == nil))
    }

    /// The entries that match all of the subjects, and where none does or that is not needed, those that match some.
    private static func explaining(_ subjects: [Int], _ entries: [[Int]], needsWhole: Bool) -> [Int] {
        var counts: [Int: Int] = [:]
        for subject in subjects { for entry in Set(entries[subject]) { counts[entry, default: 0] += 1 } }
        guard needsWhole else { return Array(counts.keys) }
        let whole = counts.filter { $0.value == subjects.count }.map(\.key)
        return whole.isEmpty ? Array(counts.keys) : whole
    }
}

/// All subjects over a few tokens, and what a set of rules says about each.
public final class OracleWorld {
    /// What holds for one group, or for plain subscriptions, of each subject.
    struct View {
        var isInSet: [Bool] = []
        /// Whether any group or plain subscriptions have it.
        var isInAnySet: [Bool] = []
        /// The entries that let this group have it.
        var allows: [[Int]] = []
        /// The entries with groups, whichever, that match it.
        var groupEntries: [[Int]] = []
        var denials: [[Int]] = []
    }

    public let subjects: [[[UInt8]]]
    private let rules: OracleRules
    private var views: [[[UInt8]]?: View] = [:]

    /// - Parameters:
    ///   - tokens: every literal of the rules, and one that none of them has.
    ///   - depth: one more than the tokens that rules have at most.
    public init(_ rules: OracleRules, tokens: [[UInt8]], depth: Int) {
        self.rules = rules
        var all: [[[UInt8]]] = []
        var level: [[[UInt8]]] = [[]]
        for _ in 0..<depth {
            level = level.flatMap { start in tokens.map { start + [$0] } }
            all += level
        }
        subjects = all
    }

    func numbers(matching pattern: [[UInt8]]) -> [Int] {
        subjects.indices.filter { OracleRule.matches(pattern, subjects[$0]) }
    }

    func view(_ group: [[UInt8]]?) -> View {
        if let known = views[group] { return known }
        var view = View()
        for subject in subjects {
            let fitting = rules.subscribeAllow.filter { $0.matches(subject) }
            view.isInSet.append(rules.isInSet(subject, group))
            view.isInAnySet.append(!rules.restrictsSubscribe || !fitting.isEmpty)
            view.allows.append(
                fitting.filter { $0.queue == nil || group.map($0.names) ?? false }.map(\.entry))
            view.groupEntries.append(fitting.filter { $0.queue != nil }.map(\.entry))
            view.denials.append(rules.denials(subject, group))
        }
        views[group] = view
        return view
    }
}
