public import Claims
public import Policy

/// Rules about what is meant where somebody names something of a set: the same for commands and for requests.
public enum PolicyChoice {
    /// The environments that are meant: the one that was named, or all.
    public static func environments(_ sets: [PolicySet], _ name: String?) throws(AdministrationError) -> [PolicySet] {
        guard let name else { return sets }
        guard let set = sets.first(where: { $0.environment == name }) else {
            let known = sets.compactMap(\.environment).joined(separator: ", ")
            throw AdministrationError(
                .notFound, "the set has no environment \"\(name)\"",
                remedy: known.isEmpty ? "it has none at all" : "it has: \(known)")
        }
        return [set]
    }

    /// What sets allow differently, by accounts. One that only the old set has would be let go; a role that `was` another
    /// one there is that one.
    public static func differences(
        from old: [String: AccountAccess], to new: [String: AccountAccess], of set: PolicySet
    ) throws(AdministrationError) -> [AccessChange] {
        var changes: [AccessChange] = []
        for name in Set(old.keys).union(new.keys).sorted() {
            guard let after = new[name] else {
                changes.append(.released(name))
                continue
            }
            do {
                let before = old[name] ?? .nothing(name)
                changes += try AccessComparison.changes(
                    from: before, to: after, renamed: set.renamedRoles(of: name, after: before))
            } catch {
                throw AdministrationError(.refused, "what differs in \(name) is too much to be worked out: \(error)")
            }
        }
        return changes
    }
}

extension PolicySet {
    /// What the accounts of the set allow, by their names.
    ///
    /// - Parameter present: what accounts allow now: what the files leave alone stays.
    public func access(keeping present: [String: AccountAccess] = [:]) throws -> [String: AccountAccess] {
        try Dictionary(
            compiledAccounts.map { ($0.name, try $0.access(keeping: present[$0.name])) },
            uniquingKeysWith: { first, _ in first })
    }

    /// An account of the set.
    ///
    /// - Parameter source: what the set is called in messages.
    public func account(_ name: String, source: String) throws(AdministrationError) -> PolicySet.Account {
        if let account = account(name) { return account }
        if manifest.accounts.contains(where: { $0.name.value == name }) {
            throw AdministrationError(
                .notFound, "the account \(name) is managed elsewhere: \(source) says nothing of it",
                remedy: "name one of: \(accounts.map(\.policy.account.value).joined(separator: ", "))")
        }
        throw unknown(name, source: source)
    }

    /// The refusal for an account that is not there.
    public func unknown(_ name: String, source: String) -> AdministrationError {
        let known = manifest.accounts.map(\.name.value)
        return AdministrationError(
            .notFound, "\(source) has no account \"\(name)\"",
            remedy: known.isEmpty ? nil : "it has: \(known.joined(separator: ", "))")
    }

    /// Somebody in a role of an account.
    ///
    /// - Parameter tags: each as `name:value`.
    public func holder(
        role: String, of account: String, name: String?, tags: [String], source: String
    ) throws(AdministrationError) -> (PolicySet.Account, PolicyTest.Subject) {
        let found = try self.account(account, source: source)
        guard found.policy.roles.contains(where: { $0.name == role }) else {
            throw AdministrationError(
                .notFound, "\(account) has no role \"\(role)\"",
                remedy: "it has: \(found.policy.roles.map(\.name).joined(separator: ", "))")
        }
        var values: [String: String] = [:]
        for tag in tags {
            guard let colon = tag.firstIndex(of: ":") else {
                throw AdministrationError(.invalidValue, "\"\(tag)\" is no tag", remedy: "write NAME:VALUE")
            }
            values[String(tag[..<colon])] = String(tag[tag.index(after: colon)...])
        }
        return (found, .holder(role: role, name: name ?? "someone", tags: values))
    }

    /// A user, with its account before a `/` where several have one of that name.
    public func holder(
        user: String, source: String
    ) throws(AdministrationError) -> (PolicySet.Account, PolicyTest.Subject) {
        let parts = user.split(separator: "/", maxSplits: 1).map(String.init)
        let wanted = parts.count == 2 ? parts[1] : user
        let found = accounts.filter { account in
            (parts.count < 2 || account.policy.account.value == parts[0])
                && account.policy.users.contains { $0.name == wanted }
        }
        guard found.count < 2 else {
            let names = found.map { "\($0.policy.account.value)/\(wanted)" }.joined(separator: ", ")
            throw AdministrationError(
                .invalidValue, "several accounts have a user \"\(wanted)\"", remedy: "write one of: \(names)")
        }
        guard let account = found.first else {
            let known = accounts.flatMap { account in account.policy.users.map(\.name) }
            throw AdministrationError(
                .notFound, "\(source) has no user \"\(user)\"",
                remedy: known.isEmpty
                    ? "ask about a role: --account NAME --role NAME"
                    : "there are: \(known.prefix(20).joined(separator: ", "))")
        }
        return (account, .user(wanted))
    }
}
