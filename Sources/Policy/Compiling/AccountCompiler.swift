import Claims

/// Compiles all roles of an account: those that the file names, those that users of several roles or with extras come to,
/// and of each the keys for single values where one key cannot say it.
struct AccountCompiler {
    /// More keys for single values than this are refused.
    static let maximumInstances = 3_000
    /// From this many roles that users' combinations come to there is a warning.
    static let manyDerivedRoles = 50

    private let policy: AccountPolicy
    private let source: PolicySource
    private let streams: KnownStreams
    private var composer: RoleComposer
    private var keys = RoleKeys()
    /// Of each role, those who hold it.
    private var holders: [String: [UserPolicy]] = [:]
    private var instances = 0
    /// What names of combinations, and of keys for values, stand for.
    private var meanings: [String: Meaning] = [:]
    private var ownProblems: [PolicyProblem] = []

    init(_ policy: AccountPolicy, _ source: PolicySource) {
        self.policy = policy
        self.source = source
        streams = KnownStreams(policy.streams)
        composer = RoleComposer(policy.roles, source)
    }

    var problems: [PolicyProblem] { composer.problems + ownProblems }

    mutating func compile() -> RoleKeys {
        for role in policy.roles {
            if let composed = composer.compose(role) { keys.composed[role.name] = composed }
        }
        for user in policy.users { derive(user) }
        for user in policy.users {
            if let role = keys.roleOfUser[user.name] { holders[role, default: []].append(user) }
        }
        if keys.derived.count > Self.manyDerivedRoles {
            report(
                .manyRoles, .warning, at: policy.account.position,
                "users have \(keys.derived.count) different combinations of roles and extras, each with a key of its own",
                remedy: "make roles of those that occur often")
        }
        for name in keys.composed.keys.sorted() { if let role = keys.composed[name] { compile(role) } }
        addDefaults()
        checkNames()
        checkAccountName()
        ownProblems += RoleSizes.problems(of: policy, keys, source)
        return keys
    }

    private mutating func report(
        _ code: PolicyProblem.Code, _ severity: PolicyProblem.Severity = .error, at position: PolicyPosition,
        _ message: String, remedy: String = "", related: PolicyProblem.Related? = nil
    ) {
        ownProblems.append(
            PolicyProblem(code, severity, at: position, in: source, message, remedy: remedy, related: related))
    }

    // MARK: Users

    /// What a key's name stands for that is none of a role of the file.
    private struct Meaning {
        /// The roles' names, and what they are filled with.
        let parts: [String]
        let what: String
        let position: PolicyPosition
    }

    /// The role that a user's roles and extras come to. Which roles there are is checked elsewhere.
    private mutating func derive(_ user: UserPolicy) {
        let names = composer.outermost(user.roles.filter { keys.composed[$0.value] != nil })
        guard let first = names.first else { return }
        let claims = self.claims(of: user)
        guard names.count > 1 || user.extra != nil || !claims.isEmpty else {
            keys.roleOfUser[user.name] = first.value
            return
        }
        var name = names.map(\.value).sorted().joined(separator: "+")
        if user.extra != nil || !claims.isEmpty { name += "@\(user.name)" }
        let parts = names.map(\.value).sorted() + (user.extra != nil || !claims.isEmpty ? ["", user.name] : [])
        let meaning = Meaning(parts: parts, what: "what \(user.name) has", position: user.position)
        guard checkIsFree(name, for: meaning) else { return }
        keys.roleOfUser[user.name] = name
        guard keys.composed[name] == nil else { return }
        guard let composed = composer.compose(names, as: name, extra: user.extra, claims: claims) else { return }
        keys.composed[name] = composed
        keys.derived.append(name)
    }

    /// What a user's role has of its own for it. Tags and keys are no matter of a role.
    static let notInClaims = ["tags", "issuer_account", "type", "version"]

    private mutating func claims(of user: UserPolicy) -> [RawValue.Member] {
        user.claims.filter { member in
            guard Self.notInClaims.contains(member.name) else { return true }
            report(
                .wrongValue, at: member.value.position, "the claims of a user cannot give \(member.name)",
                remedy: member.name == "tags" ? "write tags: { … }, with values that the role declares" : "take it out")
            return false
        }
    }

    /// A name that fills a template has to be one token.
    private mutating func checkNames() {
        for user in policy.users where !PolicyValue.fits(user.name, .token) {
            guard let role = keys.roleOfUser[user.name].flatMap({ keys.composed[$0] }) else { continue }
            guard role.usesNames else { continue }
            report(
                .wrongValue, at: user.position,
                "\"\(user.name)\" does not fill exactly one token, and the role \(role.name) has {{name()}}",
                remedy: "take letters, digits, - and _")
        }
    }

    /// So has the account's name: a server takes it as it is, dots and wildcards included.
    private mutating func checkAccountName() {
        let name = policy.account
        guard !PolicyValue.fits(name.value, .token) else { return }
        for role in policy.roles where keys.composed[role.name]?.usesAccountName == true {
            report(
                .wrongValue, at: role.position,
                "\"\(name.value)\" does not fill exactly one token, and the role \(role.name) has {{account-name()}}",
                remedy: "write what the account is to have there, or give the account another name",
                related: .init(position: name.position, message: "the account's name"))
        }
    }

    /// A combination of roles, or the key for a value, would be taken for the role of its name, or for another one.
    private mutating func checkIsFree(_ name: String, for meaning: Meaning) -> Bool {
        if let role = policy.roles.first(where: { $0.name == name }) {
            report(
                .conflict, at: role.position, "\(meaning.what) (\(meaning.position)) is called \(name), too",
                remedy: "give the role another name")
            return false
        }
        let known = meanings[name, default: meaning]
        meanings[name] = known
        guard known.parts != meaning.parts else { return true }
        report(
            .conflict, at: meaning.position,
            "\(meaning.what) is called \(name), and so is \(known.what) (\(known.position)), which is something else",
            remedy: "give roles names without + and @, and users names without @")
        return false
    }

    // MARK: Keys

    private mutating func compile(_ role: RolePolicy) {
        var compiler = RoleCompiler(role, source, streams)
        defer { ownProblems += compiler.problems }
        guard compiler.rules.needsInstances, holders[role.name] != nil || onlyTags(compiler.rules) else {
            keys.compiled[role.name] = compiler.compile()
            return
        }
        let functions = compiler.rules.subscribedFunctions.map(\.text).sorted()
        keys.functions[role.name] = functions
        let tuples = values(of: functions, role, compiler.rules)
        instances += tuples.count
        guard instances <= Self.maximumInstances else {
            return report(
                .cannotBeSaid, at: role.position,
                "queue groups beside templates need a key for each of their values, and these are more than "
                    + "\(Self.maximumInstances) in the account",
                remedy: "write inbox: role if the template is the inbox's, or divide the role")
        }
        for values in tuples {
            let name = RoleKeys.name(of: role.name, values)
            let parts = [role.name] + values.sorted { $0.key < $1.key }.flatMap { ["", $0.key, $0.value] }
            let meaning = Meaning(parts: parts, what: "the key for a value of \(role.name)", position: role.position)
            guard checkIsFree(name, for: meaning) else { continue }
            keys.compiled[name] = compiler.compile(name: name, values: values)
        }
    }

    /// Who has no role, or one that says nothing, may do nothing, unless the file says otherwise under `claims`.
    private mutating func addDefaults() {
        var body = AccountClaims(subject: "")
        body.defaultPermissions = .nothing
        let extras = ClaimsExtras(policy.claims.filter { $0.name == "default_permissions" })
        // What cannot be merged is told where the account is compiled.
        keys.defaultPermissions = (extras.flatMap { try? body.merging($0) } ?? body).defaultPermissions
        let place = [extras?.position ?? policy.account.position]
        keys.compiled = keys.compiled.mapValues { $0.under(keys.defaultPermissions) { _ in place } }
    }

    private func onlyTags(_ rules: RoleRules) -> Bool {
        rules.subscribedFunctions.allSatisfy { if case .tag = $0 { true } else { false } }
    }

    /// Every choice of values: of tags alone those that are declared, with names those of the declared users.
    private mutating func values(of functions: [String], _ role: RolePolicy, _ rules: RoleRules) -> [[String: String]] {
        for function in rules.subscribedFunctions {
            switch function {
            case .name, .tag: continue
            default:
                let (place, related) = rules.blockingTemplate.map { role.place(of: $0) } ?? (role.position, nil)
                report(
                    .cannotBeSaid, at: place,
                    (related == nil ? "" : "\(role.name) cannot be said: ")
                        + "{{\(function.text)}} beside queue groups needs a key for each of its values, which are not known here",
                    remedy: "use {{name()}} or {{tag(x)}}, or make two roles of it", related: related)
                return []
            }
        }
        if onlyTags(rules) { return combinations(functions, role) }
        var tuples: [[String: String]] = []
        var known: Set<[String: String]> = []
        for user in holders[role.name] ?? [] {
            var tuple: [String: String] = [:]
            for function in functions { tuple[function] = RoleKeys.value(of: function, name: user.name, user.values) }
            if tuple.count == functions.count, known.insert(tuple).inserted { tuples.append(tuple) }
        }
        return tuples
    }

    private func combinations(_ functions: [String], _ role: RolePolicy) -> [[String: String]] {
        var tuples: [[String: String]] = [[:]]
        for function in functions {
            let values = role.tags.first { "tag(\($0.name))" == function }?.values.map(\.value) ?? []
            // One more than there may be is enough to say so.
            tuples = Array(
                tuples.prefix(Self.maximumInstances + 1).flatMap { tuple in
                    values.map { value in tuple.merging([function: value]) { $1 } }
                }.prefix(Self.maximumInstances + 1))
        }
        return tuples
    }
}

extension RolePolicy {
    /// Whether `{{name()}}` stands in it, be it in its inbox.
    var usesNames: Bool { uses(.name) }

    /// Whether `{{account-name()}}` does.
    var usesAccountName: Bool { uses(.accountName) }

    private func uses(_ wanted: TemplateEntry.Function) -> Bool {
        (subjects.map(\.entry) + inboxes.map { TemplateEntry($0.value) }).contains { entry in
            entry.parts.contains { if case .template(let function, _) = $0 { function == wanted } else { false } }
        }
    }
}

extension UserPolicy {
    /// The tags' values by name.
    var values: [String: String] {
        Dictionary(tags.map { ($0.name, $0.value.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension PolicyProblem.Code {
    /// More roles by combination than anybody keeps in view.
    public static let manyRoles = Self("many-roles")
}
