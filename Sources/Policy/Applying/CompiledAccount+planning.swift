public import Claims
import Subjects

// What a plan asks a compiled account.

extension CompiledAccount {
    /// What the account exports once the policy is in force.
    public func exports(on base: AccountClaims?) throws(ClaimsError) -> [Export] {
        try claims(AccountKeys(account: ""), on: base).exports
    }

    /// When the grants of an import end, Unix seconds; nil for never. Of each private export that it meets the longest one
    /// counts, and of several exports the first to end.
    public func grantEnd(of wanted: Import, to importer: String, in policy: AccountPolicy) -> Int64? {
        guard let pattern = try? Pattern(wanted.subject) else { return nil }
        return policy.exports.compactMap { export -> Int64? in
            guard export.kind == (wanted.type == .stream ? .stream : .service), let text = export.subject?.text,
                let part = (try? Pattern(text))?.intersection(pattern)
            else { return nil }
            let ends = export.grants.filter { grant in
                guard grant.account?.value == importer, let granted = try? Pattern((grant.only?.text ?? text)) else {
                    return false
                }
                return part.isContained(in: granted)
            }.map(\.until?.value)
            return ends.contains(nil) ? nil : ends.compactMap { $0 }.max()
        }.min()
    }
}

extension CompiledRole {
    /// Whether the role is most likely another one by a new name: its template is the same, its name nearly so, or it has
    /// at least half of the entries that either of them allows.
    public func isSimilar(to name: String, _ template: UserPermissionLimits?) -> Bool {
        if Suggestion.nearest(to: name, in: [self.name]) != nil { return true }
        guard let template else { return false }
        if template == self.template { return true }
        func entries(_ template: UserPermissionLimits) -> Set<String> {
            Set(
                template.permissions.publish.allow.map { "p \($0)" }
                    + template.permissions.subscribe.allow.map { "s \($0)" })
        }
        let (one, other) = (entries(template), entries(self.template))
        return 2 * one.intersection(other).count >= max(1, one.union(other).count)
    }
}

extension LeavePolicy {
    /// The entries as they were written.
    public var texts: [String] { entries.map(\.text) }

    /// What was written, without its places.
    public init(texts: [String]) {
        let nowhere = PolicyPosition(file: "", line: 0, column: 0)
        self.init(texts.compactMap { Self.entry(Placed($0, nowhere)) })
    }
}
