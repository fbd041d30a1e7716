import Claims

/// Writes a role's template in the language's words, as far as it has some.
struct RoleWriter {
    private let template: UserPermissionLimits

    init(_ template: UserPermissionLimits) { self.template = template }

    var members: AccountWriter.Members {
        var members: AccountWriter.Members = []
        if let publish = Self.access(template.permissions.publish) { members.append(("publish", publish)) }
        members += subscribe
        func list(_ texts: [String]) -> PolicyTree { .list(texts.map { .text($0) }) }
        if !template.sources.isEmpty { members.append(("from", list(template.sources))) }
        if !template.times.isEmpty {
            let ranges = template.times.map { "\($0.start)-\($0.end)" }
            members.append(("hours", .mapping([("zone", .text(template.timeZone)), ("between", list(ranges))])))
        }
        if !template.allowedConnectionTypes.isEmpty {
            members.append(("connections", list(template.allowedConnectionTypes)))
        }
        var limits: AccountWriter.Members = []
        if template.subscriptions >= 0 { limits.append(("subscriptions", .word("\(template.subscriptions)"))) }
        if template.payload >= 0 { limits.append(("payload", .word("\(template.payload)B"))) }
        if !limits.isEmpty { members.append(("limits", .mapping(limits))) }
        return members
    }

    /// Nil for nothing.
    private static func access(_ permission: Permission) -> PolicyTree? {
        if permission.allow.isEmpty, permission.deny == [">"] { return nil }
        let allow: PolicyTree =
            permission.allow.isEmpty ? .word("everything") : .list(permission.allow.map { .text($0) })
        guard !permission.deny.isEmpty else { return allow }
        return .mapping([("allow", allow), ("deny", .list(permission.deny.map { .text($0) }))])
    }

    /// Plain entries under `subscribe`, those for a group under `queue` and `deny_queue`.
    private var subscribe: AccountWriter.Members {
        let permission = template.permissions.subscribe
        let isPlain: (String) -> Bool = { !$0.contains(" ") }
        var plain = Permission(
            allow: permission.allow.filter(isPlain), deny: permission.deny.filter { isPlain($0) })
        let allowed = Self.groups(permission.allow.filter { !isPlain($0) && !$0.hasSuffix(" _sys_") })
        let denied = Self.groups(permission.deny.filter { !isPlain($0) && $0 != "> >" })
        var members: AccountWriter.Members = []
        if plain.allow.isEmpty, !permission.allow.isEmpty {
            // Groups alone, and what is closed for them.
            if !plain.deny.isEmpty {
                members.append(("subscribe", .mapping([("deny", .list(plain.deny.map { .text($0) }))])))
            }
        } else {
            if permission.deny == [">"] { plain.deny = [">"] }
            if let access = Self.access(plain) { members.append(("subscribe", access)) }
        }
        if !allowed.isEmpty { members.append(("queue", .mapping(allowed))) }
        if !denied.isEmpty { members.append(("deny_queue", .mapping(denied))) }
        return members
    }

    /// `pattern group` entries as patterns with their groups.
    private static func groups(_ entries: [String]) -> AccountWriter.Members {
        var groups: [String: [String]] = [:]
        for entry in entries {
            let parts = entry.split(separator: " ").map(String.init)
            guard parts.count == 2 else { continue }
            groups[parts[0], default: []].append(parts[1] == ">" ? "any" : parts[1])
        }
        return groups.sorted { $0.key < $1.key }.map { ($0.key, .list($0.value.sorted().map { .text($0) })) }
    }
}
