import Claims
import Subjects

/// The sets that a role's template grants, whoever wrote it.
///
/// A template function is a token of its own: the sets are those of a holder whose values are no literal of any rule.
struct RoleSets {
    private let publish: Permission
    private let subscribe: Permission
    private let mayRespond: Bool

    init(_ template: UserPermissionLimits) {
        publish = template.permissions.publish
        subscribe = template.permissions.subscribe
        mayRespond = template.permissions.response != nil
    }

    /// Nothing at all.
    init() {
        publish = Permission(deny: [">"])
        subscribe = Permission(deny: [">"])
        mayRespond = false
    }

    /// Every queue group that is named, and one that none of the entries names.
    var groups: Set<String> {
        Set((subscribe.allow + subscribe.deny).compactMap { SubscribeEntry($0)?.queue }.filter { !$0.hasWildcards })
    }

    func published() throws(SubjectsTooLarge) -> SubjectSet {
        guard !publish.allow.isEmpty else {
            return mayRespond ? .nothing : try SubjectSet.everything.subtracting(Self.set(publish.deny))
        }
        return try Self.set(publish.allow).subtracting(Self.set(publish.deny))
    }

    /// What may be subscribed to without a group.
    func subscribed() throws(SubjectsTooLarge) -> SubjectSet {
        let allowed = entries(subscribe.allow).filter { $0.queue == nil }.map(\.pattern)
        let denied = entries(subscribe.deny).filter { $0.queue == nil }.map(\.pattern)
        let set = subscribe.allow.isEmpty ? SubjectSet.everything : SubjectSet(allowed)
        return try set.subtracting(SubjectSet(denied))
    }

    /// What may be subscribed to in a group: what an entry for it names, and what a plain entry does where no entry for
    /// any group is.
    func subscribed(in group: String) throws(SubjectsTooLarge) -> SubjectSet {
        let (allow, deny) = (entries(subscribe.allow), entries(subscribe.deny))
        let denied = SubjectSet(deny.filter { $0.queue.map { $0.matches(group) } ?? true }.map(\.pattern))
        guard !subscribe.allow.isEmpty else { return try SubjectSet.everything.subtracting(denied) }
        let grouped = allow.filter { $0.queue != nil }
        let named = SubjectSet(grouped.filter { $0.queue?.matches(group) == true }.map(\.pattern))
        let plain = try SubjectSet(allow.filter { $0.queue == nil }.map(\.pattern)).subtracting(
            SubjectSet(grouped.map(\.pattern)))
        return try named.union(plain).subtracting(denied)
    }

    private func entries(_ texts: [String]) -> [SubscribeEntry] { texts.compactMap { SubscribeEntry($0) } }

    private static func set(_ texts: [String]) -> SubjectSet { SubjectSet(texts.compactMap { try? Pattern($0) }) }
}

/// An entry of a subscribe list: a pattern, and a queue group or a pattern of such.
struct SubscribeEntry {
    let pattern: Pattern
    let queue: String?

    init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard let first = parts.first, parts.count <= 2, let pattern = try? Pattern(String(first)) else { return nil }
        self.pattern = pattern
        queue = parts.count == 2 ? String(parts[1]) : nil
    }
}

extension String {
    /// Whether a queue group's entry stands for several groups.
    var hasWildcards: Bool { split(separator: ".").contains { $0 == "*" || $0 == ">" } }

    /// Whether a queue group's entry fits a group.
    fileprivate func matches(_ group: String) -> Bool {
        guard let pattern = try? Pattern(self) else { return self == group }
        return pattern.matches(Array(group.utf8).span)
    }
}
