import Claims

/// The operator, its accounts and their users as objects, and who signed whom.
struct ObjectDiagram {
    private(set) var lines: [String] = []
    private let isDetailed: Bool
    private let showsKeys: Bool
    /// The object of each key that can sign.
    private var objects: [String: String] = [:]

    init(_ drawn: DrawnOperator, isDetailed: Bool, showsKeys: Bool) {
        (self.isDetailed, self.showsKeys) = (isDetailed, showsKeys)
        add(drawn)
        for account in drawn.accounts {
            add(account)
            for user in account.users { add(user.name, user.claims, of: account) }
        }
    }

    private mutating func add(_ drawn: DrawnOperator) {
        let claims = drawn.claims
        lines += ["title \(PlantText.plain("Object diagram of the operator \(drawn.name)"))", ""]
        begin("O", "operator \(drawn.name)", claims)
        if isDetailed {
            field("service URLs", claims.serviceURLs)
            field("account server", claims.accountServerURL)
            field("requires signing keys", claims.strictSigningKeyUsage ? "yes" : "no")
        }
        field("signing keys", showsKeys ? claims.signingKeys.joined(separator: ", ") : String(claims.signingKeys.count))
        end()
        for key in [claims.subject] + claims.signingKeys { objects[key] = "O" }
    }

    private mutating func add(_ account: DrawnOperator.Account) {
        let claims = account.claims
        let name = "A\(objects.count)"
        begin(name, "account \(account.name)", claims)
        if isDetailed {
            field("description", claims.description)
            field("connections", TextForms.limit(claims.limits.connections))
            field("JetStream", claims.limits.isJetStreamEnabled ? "enabled" : "disabled")
            field("exports", String(claims.exports.count))
            field("imports", String(claims.imports.count))
        }
        for key in claims.signingKeys {
            field(key.scope.map { "role \($0.role)" } ?? "signing key", showsKeys ? key.key : "yes")
        }
        end()
        arrow(from: objects[claims.issuer] ?? "O", to: name)
        for key in [claims.subject] + claims.signingKeys.map(\.key) { objects[key] = name }
    }

    private mutating func add(_ user: String, _ claims: UserClaims, of account: DrawnOperator.Account) {
        let name = "U\(lines.count)"
        begin(name, "user \(user)", claims)
        if isDetailed {
            field("may publish", claims.limits.permissions.publish.allow)
            field("may subscribe", claims.limits.permissions.subscribe.allow)
            field("bearer", claims.limits.bearerToken ? "yes" : "no")
        }
        end()
        if let owner = objects[account.claims.subject] { arrow(from: owner, to: name) }
    }

    private mutating func begin(_ object: String, _ title: String, _ claims: some ClaimSet) {
        lines.append("object \(PlantText.quoted(title)) as \(object) {")
        if showsKeys { field("key", claims.subject) }
        guard isDetailed else { return }
        field("issued", TextForms.time(claims.issuedAt))
        field("expires", TextForms.expiry(claims.expires))
        field("tags", claims.tags)
    }

    private mutating func field(_ name: String, _ values: [String]) { field(name, values.joined(separator: ", ")) }

    private mutating func field(_ name: String, _ value: String) {
        guard !value.isEmpty else { return }
        lines.append("  \(PlantText.plain(name)) = \(PlantText.plain(value).replacing("}", with: ")"))")
    }

    private mutating func end() { lines.append("}") }

    private mutating func arrow(from: String, to: String) { lines += ["\(from) --> \(to)", ""] }
}
