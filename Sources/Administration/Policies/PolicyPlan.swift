import Claims
import NKeys
public import Policy

/// What an apply would do, in terms of access.
public struct PolicyPlan: Sendable {
    /// Holders of a role whom nats-server disconnects when the role changes; the embedded broker cuts nobody.
    public struct Cut: Sendable {
        public let account: String
        public let role: String
        /// The names of the users that the role's key signed.
        public let users: [String]
    }

    /// A user who starts or stops to be.
    public struct UserChange: Sendable {
        public let account: String
        public let name: String
        /// Nil for one who goes.
        public let role: String?
        /// Whether somebody holds credentials that stop counting.
        public let isRevoked: Bool
        /// Why they do, where it is not for what the file says of the user by name.
        public var reason: String?
    }

    /// A way to users that no role of a file limits.
    public struct OpenDoor: Sendable {
        /// Nil for all accounts of the operator.
        public let account: String?
        public let what: String
    }

    /// What changes, account by account.
    public internal(set) var changes: [AccessChange] = []
    /// What was done by hand to governed accounts, and goes.
    public internal(set) var drift: [AccessChange] = []
    public internal(set) var cuts: [Cut] = []
    public internal(set) var users: [UserChange] = []
    /// Imports that wait for their exporters.
    public internal(set) var requests: [ImportRequest] = []
    /// What somebody revoked by hand and is signed anew, by account.
    public internal(set) var givenAgain: [(account: String, what: GivenAgain)] = []
    /// What files leave alone, by account.
    public internal(set) var leaves: [(account: String, what: [String])] = []
    /// What stands open beside the files once they are in force.
    public internal(set) var openDoors: [OpenDoor] = []
    /// Accounts that stay governed by other sets, where this one has governed nothing so far: it may be meant to take
    /// their place.
    public internal(set) var governedElsewhere: [String] = []
    /// The system account, where a file takes hold of it.
    public internal(set) var systemAccount: String?
    /// Accounts that are made.
    public internal(set) var newAccounts: [String] = []
    /// Imports that an undo shuts out for a while, although they go on.
    public internal(set) var interruptions: [ApplyCourse.Fault] = []
    /// Imports of accounts that change, which nats-server may leave out.
    public internal(set) var circles: [ImportCircle] = []
    /// Accounts that stay when an undo takes back the apply that made them.
    public internal(set) var emptiedAccounts: [String] = []
    /// What an undo takes back; nil for an apply.
    public internal(set) var undone: PolicyRun?
    /// The steps that change an account's token, with the accounts; the switch once for each wave of accounts.
    public internal(set) var steps: [(step: ApplyStep, accounts: [String])] = []

    /// Whether nothing that anybody may do changes, and no token does.
    public var isEmpty: Bool { changes.isEmpty && steps.isEmpty && newAccounts.isEmpty && users.isEmpty }
}

extension PolicyPlan {
    /// Says whose activations stop counting.
    fileprivate mutating func addWithdrawn(by target: GovernedState, _ names: [String: String]) {
        for item in target.withdrawn ?? [] where !item.isDormant {
            changes.append(
                AccessChange(
                    target.name, "grant of \(names[item.importer] ?? item.importer)",
                    "activations for the \(item.kind) \(item.export)", .becomes(old: "in force", new: "revoked")))
        }
    }

    /// Says that files let go of an account, or take hold of it.
    mutating func addGoverning(
        _ before: GovernedState, _ target: GovernedState, _ run: PolicyRun, _ finder: SourceFinder
    ) {
        switch (run.kind, before.texts != nil, target.texts != nil) {
        case (.apply, true, false): changes.append(.released(target.name))
        case (_, _, true) where before.claims != nil:
            let names =
                run.kind == .undo
                ? finder.accounts(of: target.texts ?? "")
                : run.target.accounts.values.filter { $0.texts != nil }.map(\.name)
            if let change = AccessChange.governing(target.name, from: before.texts, to: names, finder) {
                changes.append(change)
            }
        case (.undo, true, false):
            changes.append(
                AccessChange(target.name, "the account", "governed", .becomes(old: "by its file", new: "by no file")))
        default: break
        }
    }
}

extension Change {
    /// What a run will do from where it starts.
    public func plan(_ run: PolicyRun) throws -> PolicyPlan {
        var plan = PolicyPlan()
        let entry = try reader.operator(EntityReference(run.operatorKey))
        let names = Dictionary(
            try reader.accounts(of: entry).map { ($0.publicKey.text, $0.name) }, uniquingKeysWith: { first, _ in first }
        )
        let course = try run.course(reader)
        let (finder, exports) = (SourceFinder(reader, names), ExportsFinder(reader, course))
        let accounts = run.target.accounts.sorted { $0.value.name < $1.value.name }
        for (key, target) in accounts {
            guard let before = run.before.accounts[key] else { continue }
            if before.claims == nil { plan.newAccounts.append(target.name) }
            if before.claims != nil, target.claims == nil { plan.emptiedAccounts.append(target.name) }
            try compare(before, target, key, names, finder, exports, &plan)
            plan.givenAgain += (target.givenAgain ?? []).map { (target.name, $0) }
            plan.addWithdrawn(by: target, names)
            plan.addGoverning(before, target, run, finder)
            if run.kind == .apply, before.texts == nil, target.texts != nil, try entry.claims().systemAccount == key {
                plan.systemAccount = target.name
            }
        }
        if run.kind == .apply, !run.before.accounts.values.contains(where: { $0.texts != nil }) {
            plan.governedElsewhere = try reader.accountsGoverned(besides: accounts.map(\.value.name), of: entry)
        }
        if accounts.contains(where: { $0.value.texts != nil }), try !entry.claims().strictSigningKeyUsage {
            plan.openDoors.append(
                .init(
                    account: nil,
                    what:
                        "the operator does not demand signing keys, so that an account's own key may sign a user that "
                        + "no role limits: chancery edit operator --require-signing-keys"))
        }
        plan.interruptions = course.faults.filter(\.isShutOut)
        plan.circles = try circles(course, accounts.map(\.key))
        addSteps(accounts, course, &plan)
        return plan
    }

    private func circles(_ course: ApplyCourse, _ keys: [String]) throws -> [ImportCircle] {
        func claims(_ key: String, after step: ApplyStep?) throws -> AccountClaims? {
            if let claims = course.claims(of: key, after: step) { return claims }
            return try EntityReference(key).publicKey.flatMap { try reader.accountEntry($0)?.claims() }
        }
        let changed = keys.filter { course.claims(of: $0, after: nil) != course.claims(of: $0, after: .narrow) }
        return try ImportCircle.found(
            among: changed, from: { try claims($0, after: nil) }, to: { try claims($0, after: .narrow) })
    }

    private func addSteps(
        _ accounts: [(key: String, value: GovernedState)], _ course: ApplyCourse, _ plan: inout PolicyPlan
    ) {
        for step in ApplyStep.allCases {
            for wave in step == .switch ? course.waves.indices : 0..<1 {
                let touched = accounts.filter { key, target in
                    guard step == .switch else {
                        let last = course.claims(of: key, after: ApplyStep(rawValue: step.rawValue - 1))
                        return course.claims(of: key, after: step) != last
                    }
                    return course.claims(of: key, in: wave) != course.claims(of: key, in: wave - 1)
                        || course.getsRoles(key, in: wave)
                            && plan.users.contains { $0.isRevoked && $0.account == target.name }
                }
                if !touched.isEmpty { plan.steps.append((step, touched.map(\.value.name))) }
            }
        }
    }

    private func compare(
        _ before: GovernedState, _ target: GovernedState, _ key: String, _ names: [String: String],
        _ finder: SourceFinder, _ exports: ExportsFinder, _ plan: inout PolicyPlan
    ) throws {
        func access(_ state: GovernedState, _ exports: (String) throws -> [Export]?) throws -> AccountAccess {
            try state.access(subject: key, names: names, finder: finder, exports: exports)
        }
        let (old, new) = (try access(before, exports.now), try access(target, exports.afterwards))
        plan.changes += try changes(from: old, to: new, renamed: Self.renamed(before, target))
        if let account = try EntityReference(key).publicKey.flatMap({ try reader.accountEntry($0) }) {
            if target.texts != nil, let governed = try reader.governedState(of: account.publicKey) {
                plan.drift += try changes(
                    from: access(governed.agreeing(before, target, subject: key), exports.now), to: old)
            }
            try addCuts(account, before, target, key, &plan)
            try addUsers(account, before, target, &plan)
            try addDoors(account, target, key, &plan)
        }
        plan.requests += target.requests
        if !target.leaves.isEmpty { plan.leaves.append((target.name, target.leaves)) }
    }

    func changes(
        from old: AccountAccess, to new: AccountAccess, renamed: [String: String] = [:]
    ) throws -> [AccessChange] {
        do { return try AccessComparison.changes(from: old, to: new, renamed: renamed) } catch {
            throw AdministrationError(
                .refused, "what changes in \(new.name) is too much to be worked out: \(error)",
                remedy: "apply it in smaller pieces")
        }
    }

    /// The old names of roles by their new ones.
    static func renamed(_ before: GovernedState, _ target: GovernedState) -> [String: String] {
        var old: [String: String] = [:]
        for scope in (try? before.accountClaims(subject: ""))?.signingKeys.compactMap(\.scope) ?? [] {
            old[scope.key] = scope.role
        }
        var renamed: [String: String] = [:]
        for role in target.roles {
            if let name = old[role.publicKey], !name.isExactly(role.name) { renamed[role.name] = name }
        }
        return renamed
    }

    func addCuts(
        _ account: AccountEntry, _ before: GovernedState, _ target: GovernedState, _ key: String,
        _ plan: inout PolicyPlan
    ) throws {
        let new = try target.accountClaims(subject: key)
        for entry in try before.accountClaims(subject: key).signingKeys where new.signingKey(entry.key) != entry {
            let users = try reader.users(of: account, signedBy: entry.key)
            guard !users.isEmpty else { continue }
            let role = new.signingKey(entry.key)?.scope?.role ?? entry.scope?.role ?? "without a role"
            plan.cuts.append(.init(account: target.name, role: role, users: users))
        }
    }

    private func addDoors(
        _ account: AccountEntry, _ target: GovernedState, _ key: String, _ plan: inout PolicyPlan
    ) throws {
        guard target.texts != nil else { return }
        let keys = try target.accountClaims(subject: key).signingKeys.filter { $0.scope == nil }.map(\.key)
        for key in keys {
            plan.openDoors.append(
                .init(account: target.name, what: "the signing key \(key) is no role's: its users are limited by none"))
        }
        for key in [account.publicKey.text] + keys {
            let users = try reader.users(of: account, signedBy: key)
            guard !users.isEmpty else { continue }
            let shown = users.prefix(5).joined(separator: ", ") + (users.count > 5 ? " and more" : "")
            let signer = key == account.publicKey.text ? "the account's own key" : "the signing key \(key)"
            plan.openDoors.append(.init(account: target.name, what: "\(signer) signed users without a role: \(shown)"))
        }
    }

    private func addUsers(
        _ account: AccountEntry, _ before: GovernedState, _ target: GovernedState, _ plan: inout PolicyPlan
    ) throws {
        let all = try self.leavers(of: account, from: before, to: target)
        let leavers = Set(all.map { Array($0.name.utf8) })
        let outside = Dictionary(
            all.filter { $0.reason != nil }.map { (Array($0.name.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        func add(_ name: String, _ role: String?, isRevoked: Bool) {
            plan.users.append(
                .init(
                    account: target.name, name: name, role: role, isRevoked: isRevoked,
                    reason: outside[Array(name.utf8)]?.reason))
        }
        let renamed = Self.renamed(before, target)
        let old = Dictionary(before.users.map { (Array($0.name.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        for user in target.users {
            let isRevoked = leavers.contains(Array(user.name.utf8))
            if let was = old[Array(user.name.utf8)], was.tags == user.tags, !isRevoked,
                was.role.isExactly(renamed[user.role] ?? user.role)
            {
                continue
            }
            add(user.name, user.role, isRevoked: isRevoked)
        }
        let names = Set(target.users.map { Array($0.name.utf8) })
        for user in before.users where !names.contains(Array(user.name.utf8)) {
            add(user.name, nil, isRevoked: leavers.contains(Array(user.name.utf8)))
        }
        let told = names.union(before.users.map { Array($0.name.utf8) })
        for leaver in outside.values.sorted(by: { $0.name < $1.name }) where !told.contains(Array(leaver.name.utf8)) {
            // Whoever has something else by now keeps that.
            let user = leaver.user == nil ? try reader.findUser(EntityReference(leaver.name), of: account) : nil
            add(leaver.name, try user.map { try role(of: $0, in: target) }, isRevoked: true)
        }
    }

    private func role(of user: UserEntry, in target: GovernedState) throws -> String {
        let key = try user.claims().issuer
        return target.roles.first { $0.publicKey == key }?.name ?? "none"
    }
}
