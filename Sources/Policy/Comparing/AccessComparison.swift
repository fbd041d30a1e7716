import Claims
public import Subjects

/// Compares what an account allows before and after a change.
public struct AccessComparison {
    let old: AccountAccess
    let new: AccountAccess
    private(set) var changes: [AccessChange] = []

    /// The differences, in a stable order: roles by name, then what is shared, then users and limits.
    ///
    /// - Parameter renamed: the old names of roles, by their new ones.
    public static func changes(
        from old: AccountAccess, to new: AccountAccess, renamed: [String: String] = [:]
    ) throws(SubjectsTooLarge) -> [AccessChange] {
        var comparison = AccessComparison(old: old, new: new)
        try comparison.compareRoles(renamed)
        try comparison.compareExports()
        try comparison.compareImports()
        comparison.compareMappings()
        comparison.compareUsers()
        comparison.compareLimits()
        return comparison.changes
    }

    private init(old: AccountAccess, new: AccountAccess) {
        (self.old, self.new) = (old, new)
    }

    // MARK: Roles

    private mutating func compareRoles(_ renamed: [String: String]) throws(SubjectsTooLarge) {
        let (before, after) = (old.roles, new.roles)
        let gone = Set(before.keys).subtracting(after.keys).subtracting(renamed.values)
        for name in Set(after.keys).union(gone).sorted() {
            let oldName = renamed[name] ?? name
            let (one, other) = (before[oldName], after[name])
            let holder = "role \(name)"
            if oldName != name { compare(holder, "name", oldName, name) }
            if one == nil { compare(holder, "role", nil, name) }
            if other == nil { compare(holder, "role", name, nil) }
            try compare(one?.template, other?.template, holder)
            if one != nil, other != nil {
                let (was, now) = (old.replies[oldName] ?? .any, new.replies[name] ?? .any)
                compare(holder, "replies", was.rawValue, now.rawValue)
            }
        }
        var (one, other) = (UserPermissionLimits(), UserPermissionLimits())
        (one.permissions, other.permissions) = (old.claims.defaultPermissions, new.claims.defaultPermissions)
        try compare(one, other, "users without a role")
    }

    private mutating func compare(
        _ one: UserPermissionLimits?, _ other: UserPermissionLimits?, _ holder: String
    ) throws(SubjectsTooLarge) {
        guard one != other else { return }
        let (before, after) = (one.map { RoleSets($0) } ?? RoleSets(), other.map { RoleSets($0) } ?? RoleSets())
        try compare(holder, "publish", try before.published(), try after.published())
        try compare(holder, "subscribe", try before.subscribed(), try after.subscribed())
        let groups = before.groups.union(after.groups).subtracting(["_sys_"])
        for group in groups.sorted() {
            try compare(
                holder, "join \(group) on", try before.subscribed(in: group), try after.subscribed(in: group))
        }
        var fresh = FreshTokens { groups.contains(String(decoding: $0, as: UTF8.self)) }
        let others = String(decoding: fresh.next(), as: UTF8.self)
        try compare(
            holder, groups.isEmpty ? "join groups on" : "join other groups on", try before.subscribed(in: others),
            try after.subscribed(in: others))
        guard let one, let other else { return }
        for ((name, was), (_, now)) in zip(one.terms, other.terms) { compare(holder, name, was, now) }
    }

    // MARK: What is compared

    /// Adds what is gained and what is lost.
    mutating func compare(
        _ holder: String, _ action: String, _ one: SubjectSet, _ other: SubjectSet
    ) throws(SubjectsTooLarge) {
        if let gained = try Self.given(try other.subtracting(one)) {
            changes.append(AccessChange(new.name, holder, action, .gains(gained)))
        }
        if let lost = try Self.given(try one.subtracting(other)) {
            changes.append(AccessChange(new.name, holder, action, .loses(lost)))
        }
    }

    /// Adds a value that is another; nil for nothing.
    mutating func compare(_ holder: String, _ name: String, _ one: String?, _ other: String?) {
        guard one != other else { return }
        changes.append(AccessChange(new.name, holder, name, .becomes(old: one, new: other)))
    }

    private static func given(_ set: SubjectSet) throws(SubjectsTooLarge) -> AccessChange.SubjectsGiven? {
        let lines = try set.lines().lines
        guard !lines.isEmpty else { return nil }
        let witness = try set.witness().map { String(decoding: $0, as: UTF8.self) }
        return AccessChange.SubjectsGiven(lines: lines.map(\.description), witness: witness)
    }
}

extension UserPermissionLimits {
    /// What limits the holders of a role beside its sets: names, and values in words.
    var terms: [(String, String?)] {
        func limit(_ number: Int64) -> String? { number < 0 ? nil : String(number) }
        func list(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: ", ") }
        let hours = list(times.map { "\($0.start)-\($0.end)" }).map { timeZone.isEmpty ? $0 : "\($0) \(timeZone)" }
        let answers = permissions.response.map { "\($0.maxMessages) within \(Double($0.expires) / 1e9) s" }
        return [
            ("answers to each request", answers), ("networks", list(sources)), ("hours", hours),
            ("connections", list(allowedConnectionTypes)), ("subscriptions of a connection", limit(subscriptions)),
            ("bytes of a message", limit(payload)), ("bytes", limit(data)),
            ("bearer tokens", bearerToken ? "allowed" : nil), ("proxy", proxyRequired ? "required" : nil),
        ]
    }
}
