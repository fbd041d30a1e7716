import Administration
import Claims
import NKeys

/// Operators: who vouches for accounts.
enum OperatorOperations {
    static let all = [list, get, configuration, put, patch, edit, addSigningKey, deleteSigningKey]

    private static let path = "/v1/operators/{operator}"

    @Sendable private static func state(_ exchange: Exchange, _ reader: DirectoryReader) throws -> Operation.State {
        Operation.State(exists: true, tag: try exchange.operatorEntry(reader).version)
    }

    private static let list = Operation(
        id: "operators.list", method: .get, path: PathTemplate("/v1/operators"),
        summary: "The operators that one may see.", requirement: .signedIn, query: Page.parameters,
        success: (200, .page(of: .component("Operator"))),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let seen = try reader.operators().filter { exchange.may(.view, on: .operator($0.publicKey)) }
            let rest = seen.filter { page.after.utf8.lexicographicallyPrecedes($0.name.utf8) }
            return try page.answer(Array(rest.prefix(page.limit + 1)), exchange, name: \.name) { try $0.json() }
        })

    private static let get = Operation(
        id: "operators.get", method: .get, path: PathTemplate(path), summary: "An operator.",
        requirement: .may(.view, .operator), success: (200, .component("Operator")), state: state,
        handler: .read { exchange, reader in
            let entry = try exchange.operatorEntry(reader)
            return Answer(try entry.json().adding("jwt", .string(entry.token)), tag: entry.version)
        })

    private static let configuration = Operation(
        id: "operators.configuration", method: .get, path: PathTemplate(path + "/configuration"),
        summary: "The part of a nats-server's configuration that says whom to trust, and where accounts come from.",
        requirement: .may(.view, .operator),
        query: [
            Operation.Parameter(
                name: "resolver",
                schema: .text(
                    "Where the server keeps accounts: in a folder that they are pushed to, which is the default, in one "
                        + "with those in use, or in memory, with every account in the configuration.",
                    oneOf: ResolverConfiguration.Resolver.allCases.map(\.rawValue))),
            Operation.Parameter(
                name: "system_account", schema: .text("Where it is not the operator's own, by name or key.", most: 256)),
        ],
        success: (200, .text("In the server's own format.", most: 1 << 30)), answers: "text/plain; charset=utf-8",
        handler: .read { exchange, reader in
            let resolver = exchange.query["resolver"].flatMap { ResolverConfiguration.Resolver(rawValue: $0) } ?? .full
            let system = exchange.query["system_account"].map { EntityReference($0) }
            return Answer(
                text: try ResolverConfiguration(
                    resolver, at: exchange.reference("operator"), systemAccount: system, reader
                ).text)
        })

    // MARK: Changing

    private static let put = Operation(
        id: "operators.put", method: .put, path: PathTemplate(path),
        summary: "Replace the settings of an operator, or, for a system-admin, make one with a system account.",
        requirement: .may(.trust, .operator), request: .component("OperatorSettings"),
        example: .members(["tags": .texts(["production"]), "service_urls": .texts(["nats://nats.example.com:4222"])]),
        success: (200, .component("Operator")), otherSuccess: 201,
        state: { exchange, reader in
            let entry = try find(exchange, reader)
            return Operation.State(exists: entry != nil, tag: entry?.version)
        }, makesOperator: true,
        handler: .change { exchange, change in
            guard try find(exchange, change.reader) == nil else { return try set(exchange.body, exchange, change) }
            // A key is made here, and not chosen.
            guard try exchange.reference("operator").publicKey == nil else { throw Problem.notFound }
            var new = NewOperator(name: try exchange.reference("operator").text)
            (new.withSystemAccount, new.withSigningKey, new.isSelected) = (true, true, false)
            let entry = try change.addOperator(new)
            var answer = try set(exchange.body, exchange, change)
            answer.status = 201
            answer.location = "/v1/operators/\(RequestPath.encoded(entry.name))"
            // No server of the service has to do with it.
            (answer.reloads, answer.accounts) = (false, [])
            return answer
        })

    /// The operator that the path names; nil where there is none.
    private static func find(_ exchange: Exchange, _ reader: DirectoryReader) throws -> OperatorEntry? {
        do { return try exchange.operatorEntry(reader) } catch let error as AdministrationError
            where error.code == .notFound
        {
            return nil
        }
    }

    private static let patch = Operation(
        id: "operators.patch", method: .patch, path: PathTemplate(path),
        summary: "Change settings of an operator.", requirement: .may(.trust, .operator),
        request: .component("OperatorSettings"), example: .members(["tags": .texts(["production"])]),
        success: (200, .component("Operator")), state: state,
        handler: .change { exchange, change in
            let claims = try exchange.operatorEntry(change.reader).claims()
            return try set(exchange.merged(OperatorSettings.json(claims), "OperatorSettings"), exchange, change)
        })

    private static let edit = Operation(
        id: "operators.edit", method: .post, path: PathTemplate(path + ":edit"),
        summary: "Change some of what an operator says, as a command does, and sign it again.",
        requirement: .may(.trust, .operator), request: .component("OperatorEdits"),
        example: .members(["tags": .members(["add": .texts(["production"])])]),
        success: (200, .component("Operator")), state: state,
        handler: .change { exchange, change in
            let entry = try exchange.operatorEntry(change.reader)
            let edits = EditForms.operatorEdits.reading(exchange.body, into: OperatorEdits())
            try change.editOperator(
                EntityReference(entry.publicKey), edits,
                signer: exchange.body["signer"]?.text.map { .named($0) } ?? .automatic)
            return try answer(exchange, change, accounts: change.resignAccounts(of: EntityReference(entry.publicKey)))
        })

    private static func set(_ body: JSONValue, _ exchange: Exchange, _ change: Change) throws -> Answer {
        let entry = try exchange.operatorEntry(change.reader)
        let edits = OperatorSettings.edits(from: try entry.claims(), to: body)
        // What is as it was is not signed again.
        if !edits.isEmpty { try change.editOperator(EntityReference(entry.publicKey), edits) }
        return try answer(exchange, change, accounts: change.resignAccounts(of: EntityReference(entry.publicKey)))
    }

    /// - Parameter accounts: those that were signed again, since their signer is not trusted any more.
    private static func answer(
        _ exchange: Exchange, _ change: Change, status: Int = 200, accounts: [PublicKey] = []
    ) throws -> Answer {
        let entry = try exchange.operatorEntry(change.reader)
        var answer = Answer(try entry.json(), tag: entry.version, status: status)
        (answer.reloads, answer.accounts) = (true, accounts)
        return answer
    }

    private static let addSigningKey = Operation(
        id: "operator-keys.add", method: .post, path: PathTemplate(path + "/signing-keys"),
        summary: "Make a signing key for an operator.", requirement: .may(.trust, .operator),
        success: (201, .component("Operator")), state: state,
        handler: .change { exchange, change in
            var edits = OperatorEdits()
            edits.signingKeys = ListEdits(add: ["generate"])
            try change.editOperator(exchange.reference("operator"), edits)
            return try answer(exchange, change, status: 201)
        })

    private static let deleteSigningKey = Operation(
        id: "operator-keys.delete", method: .delete, path: PathTemplate(path + "/signing-keys/{key}"),
        summary: "Take a signing key of an operator away; accounts that it signed are signed again.",
        requirement: .may(.trust, .operator), success: (200, .component("Operator")),
        state: { exchange, reader in
            let entry = try exchange.operatorEntry(reader)
            return Operation.State(
                exists: try entry.claims().signingKeys.contains(exchange.reference("key").text), tag: entry.version)
        },
        handler: .change { exchange, change in
            let entry = try exchange.operatorEntry(change.reader)
            let key = try exchange.reference("key").text
            guard try entry.claims().signingKeys.contains(key) else { throw Problem.notFound }
            var edits = OperatorEdits()
            edits.signingKeys = ListEdits(remove: [key])
            try change.editOperator(EntityReference(entry.publicKey), edits)
            return try answer(
                exchange, change, accounts: change.resignAccounts(of: EntityReference(entry.publicKey)))
        })
}

/// What may be changed of an operator.
enum OperatorSettings {
    static let schema = Schema.object(
        "What may be changed of an operator.",
        [
            .optional("tags", .list(.text("", most: 256), "", most: 100)),
            .optional("service_urls", .list(.text("", most: 1_024), "Where clients connect.", most: 100)),
            .optional("account_server_url", .text("Where servers and tools find account tokens.", most: 1_024)),
            .optional("system_account", .text("By name or key.", most: 256)),
            .optional("require_signing_keys", .flag("Whether identity keys may sign nothing but themselves.")),
        ] + Components.validity)

    static func json(_ claims: OperatorClaims) -> JSONValue {
        .members([
            "tags": .texts(claims.tags), "service_urls": .texts(claims.serviceURLs),
            "account_server_url": .string(claims.accountServerURL), "system_account": .string(claims.systemAccount),
            "require_signing_keys": .bool(claims.strictSigningKeyUsage),
            "expires": .integer(claims.expires), "not_before": .integer(claims.notBefore),
        ])
    }

    /// What makes claims like the settings; what these do not say is empty, but for the system account, which stays.
    static func edits(from claims: OperatorClaims, to body: JSONValue) -> OperatorEdits {
        func list(_ old: [String], _ name: String) -> ListEdits {
            let new = body[name]?.textElements ?? []
            return ListEdits(add: new.filter { !old.contains($0) }, remove: old.filter { !new.contains($0) })
        }
        var edits = OperatorEdits()
        edits.tags = list(claims.tags, "tags")
        edits.serviceURLs = list(claims.serviceURLs, "service_urls")
        let url = body["account_server_url"]?.text ?? ""
        if url != claims.accountServerURL { edits.accountServerURL = url }
        if let account = body["system_account"]?.text, !account.isEmpty, account != claims.systemAccount {
            edits.systemAccount = EntityReference(account)
        }
        let required = body["require_signing_keys"]?.flag ?? false
        if required != claims.strictSigningKeyUsage { edits.requireSigningKeys = required }
        let (expires, notBefore) = (body["expires"]?.integer ?? 0, body["not_before"]?.integer ?? 0)
        if expires != claims.expires { edits.validity.expires = expires }
        if notBefore != claims.notBefore { edits.validity.notBefore = notBefore }
        return edits
    }
}
