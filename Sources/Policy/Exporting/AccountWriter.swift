import Claims

/// Writes the file of one account: first in the language's words, and then, with what these came to otherwise, under
/// `claims`.
struct AccountWriter {
    typealias Members = [(String, PolicyTree)]

    let source: PolicyExporter.Source
    let names: [String: String]
    let grants: [PolicyExporter.Grant]
    private let claims: AccountClaims
    /// The roles that the language has words for, by name.
    private var roles: [String: Members] = [:]

    init(
        _ source: PolicyExporter.Source, _ names: [String: String], _ grants: [PolicyExporter.Grant]
    ) throws(PolicyExporter.Failure) {
        (self.source, self.names, self.grants) = (source, names, grants)
        claims = source.claims.canonical
        for scope in claims.signingKeys.compactMap(\.scope) {
            guard roles[scope.role] == nil else {
                throw failure("two signing keys are of the role \"\(scope.role)\"; rename one of them")
            }
            roles[scope.role] = sayable(scope)
        }
    }

    /// The file.
    func text() throws(PolicyExporter.Failure) -> String {
        let plain = PolicyTree.mapping(members([:])).yaml
        let extras = try differences(from: try Self.compile(plain, of: source, names))
        return extras.isEmpty ? plain : PolicyTree.mapping(members(extras)).yaml
    }

    /// Compiles a text as the file of an account among others.
    ///
    /// - Parameter partners: accounts that it names, whether they are there or not.
    static func compile(
        _ text: String, of source: PolicyExporter.Source, _ names: [String: String], beside partners: Set<String> = []
    ) throws(PolicyExporter.Failure) -> CompiledAccount {
        let others = partners.union(names.values).subtracting([source.claims.name]).sorted()
        let accounts: Members =
            [(source.claims.name, .text("account.yaml"))] + others.map { ($0, .text("managed elsewhere")) }
        let manifest = PolicyTree.mapping([("chancery", .word("v1")), ("accounts", .mapping(accounts))]).yaml
        let texts = PolicyTexts(
            files: [PolicyTexts.manifest: Array(manifest.utf8), "account.yaml": Array(text.utf8)], environment: nil)
        do throws(PolicySet.Failure) {
            guard let compiled = try PolicySet(texts).compiled(source.claims.name) else {
                throw PolicySet.Failure(problems: [])
            }
            return compiled
        } catch {
            let errors = error.problems.filter { $0.severity == .error }.map(\.message)
            throw PolicyExporter.Failure(
                account: source.claims.name,
                description: "\(source.claims.name) cannot be said in a file: " + errors.joined(separator: "; "))
        }
    }

    private func failure(_ message: String) -> PolicyExporter.Failure {
        PolicyExporter.Failure(account: source.claims.name, description: "\(source.claims.name): \(message)")
    }

    /// A role in the language's words, where these come to the same template; otherwise nothing, and all of it stands under
    /// `claims`.
    private func sayable(_ scope: UserScope) -> Members {
        let members = RoleWriter(scope.template).members
        let origin = source.origins[scope.role]?.policyMembers ?? []
        let alone = PolicyTree.mapping([
            ("chancery", .word("v1")), ("account", .text(source.claims.name)),
            ("roles", .mapping([(scope.role, .mapping(origin + members))])),
        ]).yaml
        let compiled = try? Self.compile(alone, of: source, names)
        return compiled?.roles.first?.template.canonical == scope.template ? members : []
    }

    // MARK: What comes out otherwise

    /// What has to stand under `claims`, by what it is about; `account` for the account itself.
    private func differences(from compiled: CompiledAccount) throws(PolicyExporter.Failure) -> [String: Members] {
        let (here, there): (JSONValue, JSONValue)
        do throws(ClaimsError) {
            here = try compiled.claims(source.keys(names), on: source.claims).canonical.natsJSON()
            there = try claims.natsJSON()
        } catch { throw failure(error.message) }
        var found: [String: Members] = [:]
        func add(_ what: String, _ members: Members) { if !members.isEmpty { found[what] = members } }
        for (list, governed) in [
            ("exports", ["subject", "type", "revocations"]), ("imports", ["subject", "type", "account", "token"]),
        ] {
            let written = here[list]?.elements ?? []
            for element in there[list]?.elements ?? [] {
                let same = written.first { Self.name($0, list) == Self.name(element, list) }
                add(Self.name(element, list), JSONDifference.members(same, element, without: governed))
            }
        }
        for element in there["signing_keys"]?.elements ?? [] {
            let same = here["signing_keys"]?.elements?.first { $0["key"] == element["key"] }
            guard let role = element["role"]?.text else { continue }
            add("role \(role)", JSONDifference.members(same?["template"], element["template"], without: []))
        }
        let governed = [
            "imports", "exports", "signing_keys", "revocations", "authorization", "type", "version", "limits",
            "mappings",
        ]
        var own = JSONDifference.members(here, there, without: governed)
        for part in ["limits", "mappings"] {
            let members = JSONDifference.members(here[part], there[part], without: [])
            if !members.isEmpty { own.append((part, .mapping(members))) }
        }
        add("account", own)
        return found
    }

    /// What an export or import is called here.
    private static func name(_ element: JSONValue, _ list: String) -> String {
        let (type, subject) = (element["type"]?.text ?? "", element["subject"]?.text ?? "")
        return list == "exports"
            ? "export \(type) \(subject)"
            : "import \(type) \(subject) \(element["account"]?.text ?? "") \(element["local_subject"]?.text ?? "")"
    }

    // MARK: The file

    private func members(_ extras: [String: Members]) -> Members {
        var members: Members = [("chancery", .word("v1")), ("account", .text(claims.name))]
        let description = source.descriptions["account"] ?? source.claims.description
        if !description.isEmpty { members.append(("description", .text(description))) }
        members.append(("limits", .mapping(claims.limits.policyMembers)))
        func add(_ name: String, _ list: [PolicyTree]) { if !list.isEmpty { members.append((name, .list(list))) } }
        func add(_ name: String, _ mapping: Members) {
            if !mapping.isEmpty { members.append((name, .mapping(mapping))) }
        }
        add("exports", claims.exports.map { export($0, extras) })
        add("imports", claims.imports.compactMap { imported($0, extras) })
        add("mappings", claims.mappings.compactMap { source, to in to.policyShares(of: source).map { (source, $0) } })
        add(
            "roles",
            claims.signingKeys.compactMap(\.scope).sorted { $0.role < $1.role }.map { ($0.role, role($0, extras)) })
        add("users", source.users.map { ($0.name, .mapping($0.policyMembers)) })
        add("leave", leave.map { .text($0) })
        add("claims", extras["account"] ?? [])
        return members
    }

    /// What has a key, or comes from an account that has no name here.
    private var leave: [String] {
        var leave: [String] = []
        if claims.signingKeys.contains(where: { $0.scope == nil }) { leave.append(LeavePolicy.Kind.keys.rawValue) }
        if claims.authorization != ExternalAuthorization() { leave.append(LeavePolicy.Kind.callout.rawValue) }
        for item in claims.imports where names[item.account] == nil { leave.append("import \(item.subject)") }
        return leave + source.leaves.filter { !leave.contains($0) }
    }

    private func export(_ export: Export, _ extras: [String: Members]) -> PolicyTree {
        let name = "export \(export.type.name) \(export.subject)"
        var members = export.policyMembers(grants)
        let original = source.claims.exports.first { $0.subject == export.subject && $0.type == export.type }
        let description = source.descriptions[name] ?? original?.description ?? ""
        if !description.isEmpty { members.append(("description", .text(description))) }
        if let extras = extras[name] { members.append(("claims", .mapping(extras))) }
        return .mapping(members)
    }

    private func imported(_ item: Import, _ extras: [String: Members]) -> PolicyTree? {
        guard let from = names[item.account] else { return nil }
        var members: Members = [(item.type.name, .text(item.subject)), ("from", .text(from))]
        if !item.localSubject.isEmpty { members.append(("as", .text(item.localSubject))) }
        if item.name != item.subject, !item.name.isEmpty { members.append(("name", .text(item.name))) }
        if item.share { members.append(("share", .word("true"))) }
        if item.allowTrace { members.append(("trace", .word("true"))) }
        let name = "import \(item.type.name) \(item.subject) \(item.account) \(item.localSubject)"
        if let extras = extras[name] { members.append(("claims", .mapping(extras))) }
        return .mapping(members)
    }

    private func role(_ scope: UserScope, _ extras: [String: Members]) -> PolicyTree {
        var members = (source.origins[scope.role]?.policyMembers ?? []) + (roles[scope.role] ?? [])
        let original = source.claims.signingKey(scope.key)?.scope?.description ?? ""
        let description = source.descriptions["role \(scope.role)"] ?? original
        if !description.isEmpty { members.insert(("description", .text(description)), at: 0) }
        if source.replies[scope.role] ?? .any == .any { members.append(("replies", .word("any"))) }
        if let extras = extras["role \(scope.role)"] { members.append(("claims", .mapping(extras))) }
        return .mapping(members)
    }
}

/// What has to be put over one JSON object to make it another.
enum JSONDifference {
    /// The members of `new` that are others in `old`, and null for those that it has no more.
    static func members(_ old: JSONValue?, _ new: JSONValue?, without governed: [String]) -> AccountWriter.Members {
        let (before, after) = (old?.members ?? [:], new?.members ?? [:])
        var members: AccountWriter.Members = []
        for (name, value) in after where before[name] != value && !governed.contains(name) {
            members.append((name, PolicyTree(json: value)))
        }
        for (name, _) in before where after[name] == nil && !governed.contains(name) {
            members.append((name, .word("null")))
        }
        return members
    }
}

extension AccountClaims {
    /// The member `nats` of the payload.
    fileprivate func natsJSON() throws(ClaimsError) -> JSONValue {
        JSONValue(parsing: Array(try json().utf8))?["nats"] ?? .null
    }
}
