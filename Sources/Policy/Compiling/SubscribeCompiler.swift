import Claims
import Subjects

/// Writes what a role may subscribe to as the two lists of claims.
///
/// | set | claims |
/// |---|---|
/// | nothing | `deny: [">"]`, since an empty allow list allows everything |
/// | plain only | also the deny `> >`, which refuses every group and no plain subscription |
/// | plain and groups | each plain entry also in the group `_sys_`, which nobody can join: where a group entry matches, plain entries speak for no group |
/// | an entry `P.*` | also the deny `P.*.>` where no allow meets it: where `P.>` is accepted for it, nothing more is delivered |
struct SubscribeCompiler {
    /// A group that nobody may join.
    private static let nobody = "_sys_"

    private let rules: RoleRules
    private var allow = ClaimList("/sub/allow")
    private var deny = ClaimList("/sub/deny")

    /// - Parameter rules: such that one key can say them, see ``RoleRules/needsInstances``.
    init(_ rules: RoleRules) {
        self.rules = rules
    }

    /// The lists, and where each entry comes from.
    mutating func compile() throws(SubjectsTooLarge) -> (Permission, lists: [ClaimList]) {
        var groups = GroupRules(rules.groups, rules.deniedGroups)
        if !groups.groups.isEmpty { try groups.canonicalize(closed: rules.subscribe.deny) }
        if groups.allow.isEmpty { try writePlain() } else { try write(&groups) }
        return (Permission(allow: allow.entries, deny: deny.entries), [allow, deny])
    }

    // MARK: Without groups

    private mutating func writePlain() throws(SubjectsTooLarge) {
        let list = try rules.subscribe.canonical()
        guard !list.allow.isEmpty else { return deny.append(">") }
        if list.allow.map(\.text) != [">"] { allow.append(list.allow) }
        let closers = try Self.closers(of: list.allow, apartFrom: list.allow)
        deny.append(closers.isEmpty ? list.deny : try RuleList(allow: list.deny + closers).canonical().allow)
        deny.append("> >")
    }

    // MARK: With groups

    private mutating func write(_ groups: inout GroupRules) throws(SubjectsTooLarge) {
        let plain = try rules.subscribe.canonical()
        allow.append(plain.allow)
        allow.append(plain.allow, group: Self.nobody)
        for group in groups.groups { allow.append(group.allow, group: group.name) }
        try writeDenies(plain, &groups)
    }

    /// Of a deny only what meets an allow is written, so that the others change nothing.
    private mutating func writeDenies(_ plain: RuleList, _ groups: inout GroupRules) throws(SubjectsTooLarge) {
        let everything = plain.allow + groups.allow
        let closed = try RuleList.meets(everything, rules.subscribe.deny)
        let closers = try Self.closers(of: plain.allow, apartFrom: everything)
        deny.append(try RuleList(allow: closed + closers).canonical().allow)
        var closedForAll = RuleIndex(closers)
        for index in groups.groups.indices {
            let group = groups.groups[index]
            var closers: [PolicyRule] = []
            for rule in try Self.closers(of: group.allow, apartFrom: groups.allowed(meeting: index))
            where try closedForAll.containing(rule.pattern).isEmpty { closers.append(rule) }
            if !closers.isEmpty { try groups.close(closers, at: index) }
            deny.append(groups.groups[index].deny, group: group.name)
        }
    }

    // MARK: Wider subscriptions

    /// What a wider subscription than an entry `P.*` would be delivered, for each entry where nothing else allows any of
    /// it.
    private static func closers(
        of rules: [PolicyRule], apartFrom allowed: [PolicyRule]
    ) throws(SubjectsTooLarge) -> [PolicyRule] {
        let open = rules.filter { !$0.pattern.hasTail && $0.pattern.tokens.last == .any }
        guard !open.isEmpty else { return [] }
        var everything = RuleIndex(allowed) { $0.bound }
        var closers: [PolicyRule] = []
        for rule in open {
            guard let beyond = rule.bound.beyond, try everything.meeting(beyond, most: 1).isEmpty else { continue }
            closers.append(PolicyRule(beyond, rule.sources))
        }
        return closers
    }
}

extension Pattern {
    /// Everything that is longer: `a.*.>` for `a.*`.
    var beyond: Pattern? {
        hasTail ? nil : try? Pattern(bytes: bytes + Array(".>".utf8))
    }
}
