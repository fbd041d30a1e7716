public import Claims
public import NKeys
import Subjects

/// All there is to say about one decision: who, under which role with which values, about what, which rules bear on it and
/// which one decided. Built afterwards and only when somebody asks, from the decision itself; nothing of it is needed to
/// decide.
public struct DecisionExplanation: Sendable, Hashable {
    /// What an account's mapping made of a subject before it was decided on.
    public struct Mapping: Sendable, Hashable {
        /// The subject as the client named it.
        public let typed: String
        /// The mapping's source pattern.
        public let source: String
        /// The destination that was chosen.
        public let destination: String

        public init(typed: String, source: String, destination: String) {
            self.typed = typed
            self.source = source
            self.destination = destination
        }
    }

    /// A template function with the values that filled it.
    public struct Filling: Sendable, Hashable {
        public let function: String
        public let values: [String]
    }

    /// How an entry bears on the subject.
    public enum Relation: String, Sendable, Hashable {
        /// It matches the subject, or contains every subject of the pattern.
        case fits
        /// It has some subjects of the pattern.
        case overlaps
        /// It fits or overlaps, but not for this queue group.
        case otherGroup = "other_group"
    }

    /// An entry that bears on the subject.
    public struct ConsideredRule: Sendable, Hashable {
        public let rule: RuleExplanation
        public let relation: Relation
        /// The entry as this principal has it, each way of filling it in that bears on the subject.
        public let filled: [String]
        /// Whether it is the one that decided.
        public let isDeciding: Bool
    }

    /// Most rules that are listed.
    public static let maximumRules = 256

    public let claimant: Claimant
    public let role: String?
    public let proxy: PublicKey?
    public let fillings: [Filling]
    public let action: Action
    /// The subject or pattern that was decided on, after any mapping.
    public let subject: String
    public let queue: String?
    public let mapping: Mapping?
    public let isAllowed: Bool
    /// The rule that decided.
    public let decided: RuleExplanation
    /// The rules that bear on the subject, in the order of their lists: the allow list's before the deny list's.
    public let considered: [ConsideredRule]
    /// How many rules there are in the lists that were looked at.
    public let ruleCount: Int
}

extension Principal {
    /// Explains a decision about this principal.
    ///
    /// - Parameters:
    ///   - decision: as it was made; nil to make it now.
    ///   - mapping: what led from the subject that the client named to this one.
    public func explain(
        _ action: Action, subject: [UInt8], queue: [UInt8]? = nil, decision: Decision? = nil,
        mapping: DecisionExplanation.Mapping? = nil
    ) -> DecisionExplanation {
        let decision = decision ?? permissions.decide(action, subject: subject.span, queue: queue)
        let search = RuleSearch(self, action, subject, queue, decision.rule)
        return DecisionExplanation(
            claimant: claimant, role: role, proxy: proxy,
            fillings: program.functions(permissions.values).map { .init(function: $0.name, values: $0.values) },
            action: action, subject: String(decoding: subject, as: UTF8.self),
            queue: queue.map { String(decoding: $0, as: UTF8.self) }, mapping: mapping, isAllowed: decision.isAllowed,
            decided: explain(decision.rule), considered: search.rules, ruleCount: search.ruleCount)
    }
}

extension DecisionExplanation: CustomStringConvertible {
    /// Several lines of text.
    public var description: String {
        var lines = [
            "\(isAllowed ? "allowed" : "denied") \(action) \"\(subject)\"\(queue.map { " queue \"\($0)\"" } ?? "")"
        ]
        if let mapping {
            lines.append("  \"\(mapping.typed)\" was mapped by \"\(mapping.source)\" to \"\(mapping.destination)\"")
        }
        lines.append("  \(claimant.name) of \(claimant.account)\(role.map { ", role \($0)" } ?? "")")
        for filling in fillings {
            lines.append("  {{\(filling.function)}} is \(filling.values.map { "\"\($0)\"" }.joined(separator: ", "))")
        }
        for rule in considered {
            var line = rule.isDeciding ? "  > " : "    "
            line += "\(rule.rule.pointer ?? "") \"\(rule.rule.text ?? "")\" \(rule.relation.words)"
            if rule.filled != [rule.rule.text] {
                line += " as \(rule.filled.map { "\"\($0)\"" }.joined(separator: ", "))"
            }
            lines.append(line)
        }
        lines.append("  \(decided)")
        return lines.joined(separator: "\n")
    }
}

extension DecisionExplanation.Relation {
    fileprivate var words: String {
        switch self {
        case .fits: "fits"
        case .overlaps: "overlaps"
        case .otherGroup: "is for another queue group"
        }
    }
}

/// Looks for the rules that bear on a subject, entry by entry.
private struct RuleSearch {
    private let principal: Principal
    private let action: Action
    private let subject: [UInt8]
    private let queue: [UInt8]?
    private let deciding: Rule
    private(set) var rules: [DecisionExplanation.ConsideredRule] = []
    private(set) var ruleCount = 0

    init(_ principal: Principal, _ action: Action, _ subject: [UInt8], _ queue: [UInt8]?, _ deciding: Rule) {
        self.principal = principal
        self.action = action
        self.subject = subject
        self.queue = queue
        self.deciding = deciding
        // The lists have been read before, by whatever compiled them.
        var reader = RuleEntryReader(account: principal.program.account)
        for list in lists {
            let texts = principal.program.entries(of: list)
            ruleCount += texts.count
            let isDeny = list == .publishDeny || list == .subscribeDeny
            let mayHaveQueue = list == .subscribeAllow || list == .subscribeDeny
            guard let read = try? reader.read(texts, isDeny: isDeny, mayHaveQueue: mayHaveQueue) else { continue }
            for entry in read.entries { consider(entry, list) }
        }
    }

    private var lists: [Rule.List] {
        switch action {
        case .publish, .respond, .connect, .importUse: [.publishAllow, .publishDeny]
        case .subscribe: [.subscribeAllow, .subscribeDeny]
        case .deliver: [.subscribeDeny]
        }
    }

    private mutating func consider(_ entry: RuleEntry, _ list: Rule.List) {
        let rule = Rule(list == .publishDeny || list == .subscribeDeny ? .deny : .allow, list, entry: entry.index)
        let isDeciding = deciding.list == list && deciding.entry == entry.index
        guard rules.count < DecisionExplanation.maximumRules || isDeciding else { return }
        var relation: DecisionExplanation.Relation?
        var filled: [String] = []
        let fillings = Fillings(user: principal.permissions.values, account: principal.program.accountValues)
        var entries = FilledEntries(entry, fillings)
        while let (pattern, group) = entries.next() {
            guard let found = self.relation(of: pattern, group) else { continue }
            filled.append(Self.text(pattern, group))
            if relation == nil || found == .fits { relation = found }
        }
        guard let relation else { return }
        rules.append(
            .init(
                rule: principal.explain(rule), relation: relation,
                filled: Array(filled.prefix(DecisionExplanation.maximumRules)), isDeciding: isDeciding))
    }

    private func relation(
        of pattern: Pattern, _ group: FilledEntries.Words?
    ) -> DecisionExplanation.Relation? {
        var relation: DecisionExplanation.Relation
        if action == .subscribe, let wanted = try? Pattern(bytes: subject) {
            guard pattern.overlaps(wanted) else { return nil }
            relation = wanted.isContained(in: pattern) ? .fits : .overlaps
        } else {
            guard pattern.matches(subject.span) else { return nil }
            relation = .fits
        }
        if let group {
            let names = queue.map { Pattern(tokens: group.tokens, hasTail: group.hasTail).matches($0.span) } ?? false
            if !names { relation = .otherGroup }
        }
        return relation
    }

    private static func text(_ pattern: Pattern, _ group: FilledEntries.Words?) -> String {
        let subject = String(decoding: pattern.bytes, as: UTF8.self)
        guard let group else { return subject }
        return subject + " "
            + String(decoding: Pattern(tokens: group.tokens, hasTail: group.hasTail).bytes, as: UTF8.self)
    }
}
