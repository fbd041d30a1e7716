import Subjects

/// The subscribe lists of a role, asked about patterns and queue groups.
///
/// An entry is `subject` or `subject queue`. A group's set is: a subject is in it if a group entry that matches the
/// subject names the group, or if no group entry matches the subject and a plain entry does. A plain deny closes plain
/// and grouped use, a deny with a queue closes that group.
struct SubscribeRules: Sendable {
    struct GroupEntry: Sendable {
        let pattern: Pattern
        let queue: QueueName
        let entry: Int32
    }

    private struct PlainEntry: Sendable {
        let pattern: Pattern
        let entry: Int32
    }

    /// Whether there is an allow list at all; without one everything is allowed.
    private let isRestricted: Bool
    private let plainAllow: [PlainEntry]
    private let groupAllow: [GroupEntry]
    private let plainDeny: [PlainEntry]
    private let groupDeny: [GroupEntry]
    /// The plain denies once more, for deliveries.
    private let plainDenyTrie: RuleTrie

    init(allow: [CompiledEntry], deny: [CompiledEntry], isRestricted: Bool) {
        self.isRestricted = isRestricted
        plainAllow = allow.compactMap { $0.queue == nil ? PlainEntry(pattern: $0.pattern, entry: $0.entry) : nil }
        groupAllow = allow.compactMap(Self.groupEntry)
        plainDeny = deny.compactMap { $0.queue == nil ? PlainEntry(pattern: $0.pattern, entry: $0.entry) : nil }
        groupDeny = deny.compactMap(Self.groupEntry)
        plainDenyTrie = RuleTrie(plainDeny.map { ($0.pattern, $0.entry) })
    }

    private static func groupEntry(_ entry: CompiledEntry) -> GroupEntry? {
        entry.queue.map { GroupEntry(pattern: entry.pattern, queue: $0, entry: entry.entry) }
    }

    /// Rule S1: a SUB is allowed if and only if every subject that it could match lies in the union of the allow entries
    /// for its group, and not every one of them lies in the denies for its group. A partial overlap with a deny filters
    /// deliveries instead.
    func decide(_ pattern: Pattern, queue: [UInt8]?) -> Decision {
        var rule = Rule(.unrestricted)
        if isRestricted {
            guard let allowed = allowingRule(pattern, queue) else { return .denied(Rule(.noAllow, .subscribeAllow)) }
            rule = allowed
        }
        if let denied = denyingRule(pattern, queue) { return .denied(denied) }
        return .allowed(rule)
    }

    /// Whether deliveries of a subscription have to be checked one by one, because a deny meets some of its subjects.
    func needsDeliveryFilter(_ pattern: Pattern, queue: [UInt8]?) -> Bool {
        plainDeny.contains { $0.pattern.overlaps(pattern) }
            || groupDeny.contains { $0.names(queue) && $0.pattern.overlaps(pattern) }
    }

    private func allowingRule(_ pattern: Pattern, _ queue: [UInt8]?) -> Rule? {
        let named = groupAllow.filter { $0.names(queue) }
        guard PatternUnion(plainAllow.map(\.pattern) + named.map(\.pattern)).contains(pattern) else { return nil }
        guard queue == nil || areOtherGroupsNamed(pattern, named) else { return nil }
        return Rule(.allow, .subscribeAllow, entry: decidingEntry(pattern, named))
    }

    /// The entry that stands for the decision: one that contains the pattern by itself, or the first that takes part.
    private func decidingEntry(_ pattern: Pattern, _ named: [GroupEntry]) -> Int32 {
        if let whole = named.first(where: { pattern.isContained(in: $0.pattern) }) { return whole.entry }
        if let whole = plainAllow.first(where: { pattern.isContained(in: $0.pattern) }) { return whole.entry }
        let part = named.first { $0.pattern.overlaps(pattern) }?.entry
        return part ?? plainAllow.first { $0.pattern.overlaps(pattern) }?.entry ?? -1
    }

    /// More comparisons than this for one subscription are not made; the subscription is refused. Only thousands of
    /// entries with queue groups on overlapping subjects come near it.
    private static let comparisonBudget = 1 << 20

    /// Plain entries speak for a group only where no group entry does: wherever an entry of another group meets the
    /// pattern, entries that name this one have to as well.
    private func areOtherGroupsNamed(_ pattern: Pattern, _ named: [GroupEntry]) -> Bool {
        if named.contains(where: { pattern.isContained(in: $0.pattern) }) { return true }
        let others = groupAllow.filter { $0.pattern.overlaps(pattern) }
        // Lists are far shorter than the square root of the greatest number, so the product has room.
        guard others.count * named.count <= Self.comparisonBudget else { return false }
        let union = PatternUnion(named.map(\.pattern))
        return others.allSatisfy { other in other.pattern.intersection(pattern).map(union.contains) ?? true }
    }

    private func denyingRule(_ pattern: Pattern, _ queue: [UInt8]?) -> Rule? {
        let named = groupDeny.filter { $0.names(queue) }
        let union = PatternUnion(plainDeny.map(\.pattern) + named.map(\.pattern))
        guard !union.members.isEmpty, union.contains(pattern) else { return nil }
        let entry =
            plainDeny.first { $0.pattern.overlaps(pattern) }?.entry
            ?? named.first { $0.pattern.overlaps(pattern) }?.entry
        return Rule(.deny, .subscribeDeny, entry: entry ?? -1)
    }

    /// The delivery side: the deny that a delivered subject falls under.
    func denyingRule(delivered subject: Span<UInt8>, queue: [UInt8]?) -> Rule? {
        let entry = plainDenyTrie.match(subject)
        if entry >= 0 { return Rule(.deny, .subscribeDeny, entry: entry) }
        guard queue != nil else { return nil }
        for deny in groupDeny where deny.names(queue) && deny.pattern.matches(subject) {
            return Rule(.deny, .subscribeDeny, entry: deny.entry)
        }
        return nil
    }
}

extension SubscribeRules.GroupEntry {
    /// Whether the entry speaks of this group; never of a plain subscription.
    func names(_ group: [UInt8]?) -> Bool {
        guard let group else { return false }
        return queue.matches(group)
    }
}

/// The queue part of a permission entry: a group's name, or a pattern of names such as `v1.*`.
struct QueueName: Sendable {
    private let text: [UInt8]
    private let pattern: Pattern?

    init(_ text: [UInt8]) {
        self.text = text
        pattern = try? Pattern(bytes: text)
    }

    func matches(_ group: [UInt8]) -> Bool {
        text == group || pattern?.matches(group.span) ?? false
    }
}
