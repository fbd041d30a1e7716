import Authorization
import Claims

// Roles and users of an account that is in force.

extension InForceReader {
    mutating func addRoles() {
        let file = account.policy?.keys ?? RoleKeys()
        let holders = Dictionary(grouping: account.users, by: \.issuer)
        for scope in claims.signingKeys.compactMap(\.scope) {
            let isNamed = !scope.role.isEmpty && keys.compiled[scope.role] == nil
            let name = isNamed ? scope.role : "\(scope.role) (\(scope.key))"
            roles[scope.key] = name
            let settings = account.settings?.roles[scope.key] ?? RoleSettings()
            let known = file.compiled[scope.role]
            if isNamed, let known, known.template == scope.template {
                let policy = known.policy.withValues(of: holders[scope.key] ?? [])
                keys.compiled[name] = underDefaults(
                    CompiledRole(
                        name: name, template: scope.template, settings: settings, sources: known.sources,
                        policy: policy, values: known.values, streamUses: known.streamUses))
                keys.composed[name] = policy
                continue
            }
            let pointer = "/nats/signing_keys/\(scope.key)"
            var role = RolePolicy(name: name, position: place(pointer))
            role.tags = file.composed[scope.role]?.withValues(of: holders[scope.key] ?? []).tags ?? []
            let reader = self
            add(role, scope.template, settings) { reader.places("\(pointer)/template\($0)") }
        }
        // A role that has a key for each value is asked for by its own name.
        for (name, functions) in file.functions where keys.compiled[name] == nil {
            guard let role = file.composed[name] else { continue }
            keys.functions[name] = functions
            keys.composed[name] = role
        }
    }

    /// A role that is known from its claims alone.
    private mutating func add(
        _ role: RolePolicy, _ template: UserPermissionLimits, _ settings: RoleSettings,
        at places: (String) -> [PolicyPosition]
    ) {
        var role = role
        role.describe(template, subscribing: claims.permissions(for: template.permissions).subscribe)
        keys.compiled[role.name] = underDefaults(
            CompiledRole(
                name: role.name, template: template, settings: settings,
                sources: template.permissions.placed(places), policy: role, values: [:], streamUses: []))
        keys.composed[role.name] = role
    }

    /// A role in this account, whose default permissions count where it says nothing.
    private func underDefaults(_ role: CompiledRole) -> CompiledRole {
        role.under(claims.defaultPermissions) { places("/nats/default_permissions\($0)") }
    }

    // MARK: Users

    mutating func users() -> [UserPolicy] {
        var users: [UserPolicy] = []
        var known: Set<String> = []
        for user in account.users {
            known.insert(user.name)
            let role = roles[user.issuer] ?? ownRole(of: user)
            users.append(policy(user.name, role, user.tags, PolicyPosition(claims: owner(of: user), "")))
            if let refusal = refusal(of: user) { refusals[user.name] = refusal }
        }
        for user in account.declared where !known.contains(user.name) && keys.compiled[user.role] != nil {
            users.append(policy(user.name, user.role, user.tags, place("")))
        }
        return users.sorted { $0.name < $1.name }
    }

    private func owner(of user: UserClaims) -> String { "\(claims.name)/\(user.name)" }

    private mutating func policy(
        _ name: String, _ role: String, _ tags: [String], _ position: PolicyPosition
    ) -> UserPolicy {
        var user = UserPolicy(name: name, position: position)
        user.roles = [Placed(role, position)]
        user.tags = tags.compactMap { tag in
            let parts = tag.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { return nil }
            return UserPolicy.Tag(name: parts[0], value: Placed(parts[1], position))
        }
        keys.roleOfUser[name] = role
        return user
    }

    /// The user's own permissions as a role.
    private mutating func ownRole(of user: UserClaims) -> String {
        let name = "user \(user.name)"
        let owner = owner(of: user)
        let role = RolePolicy(name: name, position: PolicyPosition(claims: owner, ""))
        add(role, user.limits, RoleSettings()) { [PolicyPosition(claims: owner, "/nats\($0)")] }
        ownRoles[name] = user.name
        return name
    }

    /// Why a server lets nobody in with a user's token; nil where one does.
    private func refusal(of user: UserClaims) -> String? {
        if user.issuer == claims.subject {
            if isStrict { return "the account's own key signed it, and the operator demands signing keys" }
        } else if claims.signingKey(user.issuer) == nil {
            return "the key that signed it is none of the account's any more"
        }
        if claims.revocations.isRevoked(user.subject, issuedAt: user.issuedAt) { return "what it holds is revoked" }
        if user.expires != 0, now > user.expires { return "its token has expired" }
        return user.notBefore > now ? "its token does not count yet" : nil
    }
}

extension RolePolicy {
    /// The role with what somebody insisted on: values of its tags that its holders have beside those of the file.
    fileprivate func withValues(of users: [UserClaims]) -> RolePolicy {
        guard !tags.isEmpty, !users.isEmpty else { return self }
        var held = PermissionTemplate.Values()
        held.tags = users.flatMap(\.tags)
        var role = self
        role.tags = tags.map { tag in
            let known = Set(tag.values.map(\.value))
            let more = Set(held.values(of: .tag(tag.name))).subtracting(known).sorted()
            return Tag(
                name: tag.name, position: tag.position, values: tag.values + more.map { Placed($0, tag.position) })
        }
        return role
    }

    /// How holders come in, as a template says it.
    fileprivate mutating func describe(_ template: UserPermissionLimits, subscribing subscribe: Permission) {
        networks = template.sources.map { Placed($0, position) }
        connections = template.allowedConnectionTypes.map { Placed($0, position) }
        if !template.times.isEmpty {
            let ranges = template.times.map { Hours.Range(start: $0.start, end: $0.end, position: position) }
            hours = Hours(zone: Placed(template.timeZone, position), ranges: ranges)
        }
        let inboxes = subscribe.allow.isEmpty && subscribe.deny != [">"] ? [">"] : subscribe.allow
        composedInboxes = inboxes.compactMap { entry in
            if entry == ">" { return Placed("_INBOX.>", position) }
            guard entry.hasPrefix("_INBOX."), entry.hasSuffix(".>"), !entry.contains(" ") else { return nil }
            return Placed(entry, position)
        }
    }
}
