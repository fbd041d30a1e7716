/// Looks whether what is said in one place of a set fits what is said in others.
struct SetChecker {
    let manifest: PolicyManifest
    let accounts: [PolicySet.Account]
    private let source: PolicySource
    private(set) var problems: [PolicyProblem] = []
    let names: SetNames
    /// What accounts export, of those that somebody imports from.
    var offers: [String: AccountOffers] = [:]
    /// The roles and users of the account that is looked at.
    private var roles: [String: RolePolicy] = [:]
    private(set) var users: Set<String> = []
    /// For no more wrong names than this is a near one looked for among all that there are.
    private var suggestionsLeft = 100

    init(_ manifest: PolicyManifest, _ accounts: [PolicySet.Account], _ source: PolicySource) {
        self.manifest = manifest
        self.accounts = accounts
        self.source = source
        names = SetNames(manifest, accounts)
    }

    mutating func check() {
        for account in accounts {
            roles = Dictionary(account.policy.roles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            users = Set(account.policy.users.map(\.name))
            checkName(of: account)
            checkOldNames(of: account)
            checkUsers(of: account)
            checkTests(of: account)
            checkImports(of: account)
            checkGrants(of: account)
            checkNesting(of: account)
            checkMappings(of: account)
            checkRolesBehindMappings(of: account)
            checkLimits(of: account)
        }
    }

    mutating func report(
        _ code: PolicyProblem.Code, _ severity: PolicyProblem.Severity = .error, at position: PolicyPosition,
        in source: PolicySource, _ message: String, remedy: String = "", related: PolicyProblem.Related? = nil
    ) {
        problems.append(
            PolicyProblem(code, severity, at: position, in: source, message, remedy: remedy, related: related))
    }

    private mutating func checkName(of account: PolicySet.Account) {
        let name = account.policy.account
        guard let entry = names.entriesByFile[name.position.file], entry.name.value != name.value
        else { return }
        report(
            .conflict, at: name.position, in: account.source,
            "the set calls this account \(entry.name.value), and its file calls it \(name.value)",
            related: .init(position: entry.name.position, message: "the set's entry"))
    }

    // MARK: Users and tests

    private mutating func checkUsers(of account: PolicySet.Account) {
        for user in account.policy.users {
            for role in user.roles { _ = find(role: role.value, at: role.position, in: account) }
            guard let role = account.composedRole(of: user) else { continue }
            checkTags(
                Dictionary(user.tags.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }), of: role,
                user.name, at: user.position, in: account)
        }
    }

    mutating func find(
        role name: String, at position: PolicyPosition, in account: PolicySet.Account
    ) -> RolePolicy? {
        if let role = roles[name] { return role }
        let known = account.policy.roles.map(\.name)
        report(
            .unknownRole, at: position, in: account.source, "the account has no role \"\(name)\"",
            remedy: suggestion(for: name, in: known)
                ?? "it has: \(known.prefix(20).joined(separator: ", "))\(known.count > 20 ? " and others" : "")")
        return nil
    }

    /// `did you mean NAME?`
    mutating func suggestion(for name: String, in names: [String]) -> String? {
        guard suggestionsLeft > 0 else { return nil }
        suggestionsLeft -= 1
        return Suggestion.nearest(to: name, in: names).map { "did you mean \($0)?" }
    }

    /// Each tag of the role has a value out of its domain, and there are no others.
    mutating func checkTags(
        _ tags: [String: Placed<String>], of role: RolePolicy, _ user: String, at position: PolicyPosition,
        in account: PolicySet.Account
    ) {
        for tag in role.tags {
            guard let value = tags[tag.name] else {
                report(
                    .wrongTag, at: position, in: account.source, "\(user) has no value for the tag \(tag.name)",
                    remedy: "write tags: { \(tag.name): \(tag.values.first?.value ?? "…") }",
                    related: .init(position: tag.position, message: "its role \(role.name) needs it"))
                continue
            }
            if !tag.values.contains(where: { $0.value == value.value }) {
                report(
                    .wrongTag, at: value.position, in: account.source,
                    "\(value.value) is no value of the tag \(tag.name) of \(role.name)",
                    remedy: "it is one of: \(tag.values.map(\.value).joined(separator: ", "))",
                    related: .init(position: tag.position, message: "its values are declared here"))
            }
        }
        for (name, value) in tags.sorted(by: { $0.key < $1.key }) where !role.tags.contains(where: { $0.name == name })
        {
            report(
                .wrongTag, at: value.position, in: account.source, "the role \(role.name) declares no tag \(name)",
                remedy: "remove it, or declare it in the role")
        }
    }
}

extension PolicyProblem.Code {
    /// Two places that say different things.
    public static let conflict = Self("conflict")
    /// A role that the account does not have.
    public static let unknownRole = Self("unknown-role")
    /// A user that the account does not have.
    public static let unknownUser = Self("unknown-user")
    /// A tag that is missing, that nobody declared, or whose value is none of those that were declared.
    public static let wrongTag = Self("wrong-tag")
}
