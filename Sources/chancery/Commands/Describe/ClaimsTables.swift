import Administration
import Claims

/// The tables that show a token to a person.
struct ClaimsTables {
    private let token: Token
    private let accountName: (String) -> String?

    init(_ token: Token, accountName: @escaping (String) -> String?) {
        (self.token, self.accountName) = (token, accountName)
    }

    /// The tables, one below the other.
    func text(width: Int?) -> String {
        let tables: [Table]
        switch token.claims {
        case .operator(let claims): tables = [table(claims)]
        case .account(let claims):
            tables =
                [table(claims)] + roleTables(claims) + exportTables(claims) + importTables(claims)
                + mappingTables(claims)
        case .user(let claims): tables = [table(claims)]
        case .activation(let claims): tables = [table(claims)]
        case .authorizationRequest(let claims): tables = [table(claims)]
        case .authorizationResponse(let claims): tables = [table(claims)]
        case .generic(let claims): tables = [table(claims)]
        }
        return tables.map { $0.text(width: width) }.joined(separator: "\n")
    }

    // MARK: What every token has

    private func start(_ title: String, _ subject: String) -> Table {
        let claims = token.claims
        var table = Table(title: title)
        if !claims.name.isEmpty { table.add("Name", claims.name) }
        table.add(subject, named(claims.subject))
        table.add("Issuer ID", named(claims.issuer))
        table.add("Issued", TextForms.time(claims.issuedAt))
        if claims.notBefore != 0 { table.add("Begins", TextForms.time(claims.notBefore)) }
        table.add("Expires", TextForms.expiry(claims.expires))
        table.add("Version", token.version.hex)
        if !claims.tags.isEmpty { table.add("Tags", values: claims.tags) }
        return table
    }

    /// A key, with the name it has here.
    private func named(_ key: String) -> String {
        guard key.hasPrefix("A"), key != token.claims.subject, let name = accountName(key) else { return key }
        return "\(key) (\(name))"
    }

    private func table(_ claims: OperatorClaims) -> Table {
        var table = start("Operator Details", "Operator ID")
        if !claims.accountServerURL.isEmpty { table.add("Account JWT Server", claims.accountServerURL) }
        table.add("Operator Service URLs", values: claims.serviceURLs)
        if !claims.systemAccount.isEmpty { table.add("System Account", named(claims.systemAccount)) }
        table.add("Require Signing Keys", String(claims.strictSigningKeyUsage))
        if !claims.assertServerVersion.isEmpty { table.add("Server Version", claims.assertServerVersion) }
        table.add("Signing Keys", values: claims.signingKeys.sorted())
        return table
    }

    private func table(_ claims: ActivationClaims) -> Table {
        var table = start("Activation", "Account ID")
        if !claims.issuerAccount.isEmpty { table.add("Exporting Account", named(claims.issuerAccount)) }
        table.add("Subject", claims.importSubject)
        table.add("Type", claims.importType.name)
        return table
    }

    /// Who asks, without the credentials that the client sent.
    private func table(_ claims: AuthorizationRequestClaims) -> Table {
        var table = start("Authorization Request", "Subject")
        table.add("User ID", claims.userKey)
        table.add("Server ID", claims.server.id)
        table.add("Server", "\(claims.server.name) (\(claims.server.host))")
        table.add("Client", "\(claims.client.kind) \(claims.client.id) from \(claims.client.host)")
        if !claims.client.name.isEmpty { table.add("Client Name", claims.client.name) }
        table.add("TLS", claims.tls.map { "\($0.version) \($0.cipher)" } ?? "No")
        return table
    }

    private func table(_ claims: AuthorizationResponseClaims) -> Table {
        var table = start("Authorization Response", "User ID")
        table.add("Server ID", claims.common.audience)
        if !claims.issuerAccount.isEmpty { table.add("Account ID", named(claims.issuerAccount)) }
        table.add("User JWT", claims.jwt.isEmpty ? "No" : "Yes")
        if !claims.error.isEmpty { table.add("Error", claims.error) }
        return table
    }

    /// The members of `nats`, each in JSON, but for those that every token has.
    private func table(_ claims: GenericClaims) -> Table {
        var table = start(
            claims.isSettings ? "Account Settings" : "Claims of a Type of Their Own",
            claims.isSettings ? "Account ID" : "Subject")
        if !claims.type.isEmpty { table.add("Type", claims.type) }
        let members = claims.data.filter { !["type", "version", "tags"].contains($0.key) }
        guard !members.isEmpty else { return table }
        table.addLine()
        for (name, value) in members {
            let lines = ClaimsText(value.jsonText).indented.split(separator: "\n").map(String.init)
            table.add(name, values: lines)
        }
        return table
    }

    private func table(_ claims: UserClaims) -> Table {
        var table = start("User", "User ID")
        table.add("Account ID", named(claims.account))
        if claims.limits.isEmpty {
            table.add("Permissions", "those of the role that signed it")
        } else {
            table.addLine()
            TextForms.add(claims.limits, to: &table)
        }
        return table
    }

    // MARK: Accounts

    private func table(_ claims: AccountClaims) -> Table {
        var table = start("Account Details", "Account ID")
        if !claims.description.isEmpty { table.add("Description", claims.description) }
        if !claims.infoURL.isEmpty { table.add("Info URL", claims.infoURL) }
        table.add("Signing Keys", values: claims.signingKeys.filter { $0.scope == nil }.map(\.key))
        table.addLine()
        add(claims.limits, to: &table)
        table.addLine()
        add(claims.limits, jetStreamTo: &table)
        table.addLine()
        TextForms.add(claims.defaultPermissions, to: &table)
        if let trace = claims.trace {
            table.add("Trace Context Subject", trace.destination)
            table.add("Trace Context Sampling", "\(trace.sampling == 0 ? 100 : trace.sampling)%")
        }
        if claims.authorization.isEnabled { table.add("Auth Callout Users", values: claims.authorization.users) }
        table.addLine()
        table.add("Exports", String(claims.exports.count))
        table.add("Imports", String(claims.imports.count))
        table.add("Revocations", String(claims.revocations.entries.count))
        return table
    }

    private func add(_ limits: AccountLimits, to table: inout Table) {
        table.add("Max Connections", TextForms.limit(limits.connections))
        table.add("Max Leaf Node Connections", TextForms.limit(limits.leafNodeConnections))
        table.add("Max Data", TextForms.size(limits.data))
        table.add("Max Exports", TextForms.limit(limits.exports))
        table.add("Max Imports", TextForms.limit(limits.imports))
        table.add("Max Msg Payload", TextForms.size(limits.payload))
        table.add("Max Subscriptions", TextForms.limit(limits.subscriptions))
        table.add("Exports Allows Wildcards", String(limits.wildcardExports))
        table.add("Disallow Bearer Token", String(limits.disallowBearer))
    }

    private func add(_ limits: AccountLimits, jetStreamTo table: inout Table) {
        guard limits.isJetStreamEnabled else { return table.add("JetStream", "disabled") }
        if limits.tieredJetStream.isEmpty { return add(limits.jetStream, "JetStream", to: &table) }
        for (tier, limits) in limits.tieredJetStream.sorted(by: { $0.key < $1.key }) {
            add(limits, "JetStream \(tier)", to: &table)
        }
    }

    private func add(_ limits: JetStreamLimits, _ title: String, to table: inout Table) {
        table.add(title, "enabled")
        table.add("Max Disk Storage", TextForms.size(limits.diskStorage))
        table.add("Max Memory Storage", TextForms.size(limits.memoryStorage))
        table.add("Max Streams", TextForms.limit(limits.streams))
        table.add("Max Consumers", TextForms.limit(limits.consumers))
        table.add("Max Ack Pending", TextForms.limit(limits.maxAckPending == 0 ? -1 : limits.maxAckPending))
        table.add("Max Disk Stream", TextForms.size(limits.diskMaxStreamBytes == 0 ? -1 : limits.diskMaxStreamBytes))
        table.add("Max Mem Stream", TextForms.size(limits.memoryMaxStreamBytes == 0 ? -1 : limits.memoryMaxStreamBytes))
        table.add("Max Bytes Required", String(limits.maxBytesRequired))
    }

    private func roleTables(_ claims: AccountClaims) -> [Table] {
        claims.signingKeys.compactMap(\.scope).map { scope in
            var table = Table(title: "Scoped Signing Key")
            table.add("Role", scope.role)
            table.add("Key", scope.key)
            if !scope.description.isEmpty { table.add("Description", scope.description) }
            table.addLine()
            TextForms.add(scope.template, to: &table)
            return table
        }
    }

    private func exportTables(_ claims: AccountClaims) -> [Table] {
        guard !claims.exports.isEmpty else { return [] }
        var table = Table(
            title: "Exports", header: ["Name", "Type", "Subject", "Private", "Account Token Position", "Tracking"])
        for export in claims.exports {
            let tracking = export.latency.map { "\($0.results) (\($0.sampling == 0 ? "headers" : "\($0.sampling)%"))" }
            table.add(
                export.name, export.type.name, export.subject, export.tokenRequired ? "Yes" : "No",
                export.accountTokenPosition == 0 ? "-" : String(export.accountTokenPosition), tracking ?? "-")
        }
        return [table]
    }

    private func importTables(_ claims: AccountClaims) -> [Table] {
        guard !claims.imports.isEmpty else { return [] }
        var table = Table(title: "Imports", header: ["Name", "Type", "Remote", "Local", "From Account", "Activation"])
        for element in claims.imports {
            let local = element.localSubject.isEmpty ? element.to : element.localSubject
            table.add(
                element.name, element.type.name, element.subject, local.isEmpty ? element.subject : local,
                accountName(element.account) ?? element.account, element.token.isEmpty ? "-" : "Yes")
        }
        return [table]
    }

    private func mappingTables(_ claims: AccountClaims) -> [Table] {
        guard !claims.mappings.isEmpty else { return [] }
        var table = Table(title: "Mappings", header: ["From", "To", "Weight (%)"])
        for (source, targets) in claims.mappings.sorted(by: { $0.key < $1.key }) {
            for target in targets { table.add(source, target.subject, String(target.effectiveWeight)) }
        }
        return [table]
    }
}
