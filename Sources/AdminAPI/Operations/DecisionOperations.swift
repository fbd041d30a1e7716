import Administration
import Audit
import Claims
import NKeys

/// What brokers decided, and why: for auditors all of it, for an account's administrator what concerns that account.
enum DecisionOperations {
    static let all = [query, explain, accountChanges, accountQuery, accountExplain]

    private static let log = Operation.Parameter(
        name: "log", schema: .text("The broker's log; needed where there are several.", most: 256))

    private static let filters = [
        log,
        Operation.Parameter(name: "kind", schema: .text("", oneOf: AuditKind.allCases.map(\.rawValue))),
        Operation.Parameter(name: "outcome", schema: .text("", oneOf: AuditOutcome.allCases.map(\.rawValue))),
        Operation.Parameter(name: "user", schema: .text("A name or a public key.", most: 256)),
        Operation.Parameter(name: "subject", schema: .text("Exactly this one.", most: 1_024)),
        Operation.Parameter(name: "reason", schema: .text("The code of a reason.", most: 64)),
        Operation.Parameter(name: "connection", schema: .integer("The server's number for it.")),
        Operation.Parameter(name: "since", schema: .integer("Unix seconds.", 0...253_402_300_799)),
        Operation.Parameter(name: "until", schema: .integer("Unix seconds.", 0...253_402_300_799)),
        RecordOperations.exact,
    ]

    private static let items = Schema.object(
        "Records, the latest first.",
        [
            .optional("log", .text("None where no broker has one.")), .required("items", .list(.any, most: 500)),
            .optional("next", .text("The cursor of earlier ones; a page may be empty and have one.")),
        ])

    // MARK: Asking

    /// The log that is meant; nil where there is none at all.
    private static func name(_ exchange: Exchange, _ logs: BrokerLogs) throws(Problem) -> String? {
        let names = logs.names
        let asked = exchange.query["log"]
        guard asked.map(names.contains) ?? (names.count <= 1) else {
            throw Problem.invalid("log", "must be one of \(names.joined(separator: ", "))")
        }
        return asked ?? names.first
    }

    private static func filter(_ exchange: Exchange, _ account: String?) -> DecisionFilter {
        let query = exchange.query
        var filter = DecisionFilter()
        filter.kind = query["kind"].flatMap { AuditKind(rawValue: $0) }
        filter.outcome = query["outcome"].flatMap { AuditOutcome(rawValue: $0) }
        (filter.user, filter.subject, filter.reason) = (query["user"], query["subject"], query["reason"])
        filter.connection = query["connection"].flatMap { Int64($0) }
        filter.since = query["since"].flatMap { Int64($0) }
        filter.until = query["until"].flatMap { Int64($0) }
        filter.account = account
        return filter
    }

    /// - Parameter account: the key of the one that it is about; nil for all.
    private static func decisions(
        _ exchange: Exchange, _ service: AdminService, of account: String?
    ) async throws -> Answer {
        let page = try exchange.page()
        guard page.after.isEmpty || Int64(page.after) != nil else {
            throw Problem.invalid("cursor", "is not a cursor of this list")
        }
        let filter = filter(exchange, account)
        return try await service.search(for: exchange.caller) { directory in
            let logs = directory.brokerLogs
            guard let name = try name(exchange, logs) else { return Answer(.members(["items": .array([])])) }
            let part = try logs.decisions(in: name, filter, before: Int64(page.after), limit: page.limit)
            let records = part.lines.compactMap { RecordOperations.item($0.bytes, exchange) }
            let answer = Answer(.members(["log": .string(name), "items": .array(records)]))
            return (part.next.map { page.leading(answer, to: String($0), exchange) } ?? answer).written()
        }
    }

    private static let query = Operation(
        id: "decisions.query", method: .get, path: PathTemplate("/v1/audit/broker"),
        summary: "What a broker decided.", requirement: .may(.audit, .system),
        query: filters + [
            Operation.Parameter(name: "account", schema: .text("A public key.", most: 56, pattern: TextForm.accountKey))
        ] + Page.parameters, success: (200, items),
        handler: .work { exchange, service in
            try await decisions(exchange, service, of: exchange.query["account"])
        })

    private static let accountQuery = Operation(
        id: "account-audit.decisions", method: .get, path: PathTemplate(Catalogue.account + "/audit/broker"),
        summary: "What a broker decided about an account.", requirement: .may(.audit, .account),
        query: filters + Page.parameters, success: (200, items),
        handler: .work { exchange, service in
            try await decisions(exchange, service, of: exchange.accountKey?.text ?? "")
        })

    // MARK: Changes

    private static let accountChanges = Operation(
        id: "account-audit.changes", method: .get, path: PathTemplate(Catalogue.account + "/audit/admin"),
        summary: "The latest records of the admin log about an account and what is in it.",
        requirement: .may(.audit, .account), query: RecordOperations.filters, success: (200, RecordOperations.items),
        handler: .work { exchange, service in
            guard let key = exchange.accountKey else { throw Problem.forbidden }
            return try await RecordOperations.records(exchange, service, of: key)
        })

    // MARK: Explaining

    private static func explanation(
        _ exchange: Exchange, _ service: AdminService, of account: String?
    ) async throws -> Answer {
        guard let index = try Int64(exchange.reference("index").text) else { throw Problem.notFound }
        return try await service.search(for: exchange.caller) { directory in
            let logs = directory.brokerLogs
            guard let name = try name(exchange, logs), let record = try logs.reader(of: name).line(at: index)?.record,
                account == nil || record.who?.account == account
            else { throw Problem.notFound }
            // What files are called is for those who see more than one account.
            let seesFiles =
                if case .account(_, let owner) = exchange.object { exchange.seesOperator(owner) } else { true }
            let places = seesFiles ? try directory.read { try $0.places(of: record) } : []
            return Answer(try JSONValue(encoding: RecordAnswer(record, in: name, places: places)))
        }
    }

    private static let explain = Operation(
        id: "decisions.explain", method: .post, path: PathTemplate("/v1/audit/broker/{index}:explain"),
        summary: "Why a recorded decision was made, down to file and line.", requirement: .may(.audit, .system),
        query: [log], success: (200, .any),
        handler: .work { exchange, service in try await explanation(exchange, service, of: nil) })

    private static let accountExplain = Operation(
        id: "account-audit.explain", method: .post,
        path: PathTemplate(Catalogue.account + "/audit/broker/{index}:explain"),
        summary: "Why a recorded decision about an account was made, down to file and line.",
        requirement: .may(.audit, .account), query: [log], success: (200, .any),
        handler: .work { exchange, service in
            try await explanation(exchange, service, of: exchange.accountKey?.text ?? "")
        })
}

extension Exchange {
    /// The account that the action was allowed on.
    var accountKey: PublicKey? { if case .account(let key, _) = object { key } else { nil } }
}
