import Administration
import Audit
import Claims
import NKeys

/// The record of what was done.
enum RecordOperations {
    static let all = [query, events]

    static let filters =
        [
            Operation.Parameter(
                name: "object", schema: .text("The key or name of what the records are about.", most: 256)),
            Operation.Parameter(name: "operation", schema: .text("Such as account.edit, or account.", most: 64)),
            Operation.Parameter(name: "since", schema: .integer("Unix seconds.", 0...253_402_300_799)),
            Operation.Parameter(name: "until", schema: .integer("Unix seconds.", 0...253_402_300_799)),
            exact,
        ] + Page.parameters

    /// Hashes and signatures are over bytes, which JSON values have forgotten.
    static let exact = Operation.Parameter(
        name: "exact", schema: .flag("Whether each record is a text: its bytes as they are stored and hashed."))

    /// A record as it is asked for; nil for what cannot be read.
    static func item(_ bytes: [UInt8], _ exchange: Exchange) -> JSONValue? {
        guard exchange.query["exact"] == "true" else { return JSONValue(parsing: bytes) }
        return String(validating: bytes, as: UTF8.self).map { .string($0) }
    }

    static let items = Schema.object(
        "Records, the oldest first.",
        [
            .required("items", .list(.any, most: 500)),
            .optional("is_cut", .flag("Whether there may be earlier ones: there is a `next`.")),
            .optional("next", .text("The cursor of earlier ones; a page may be short, or empty, and have one.")),
        ])

    private static let query = Operation(
        id: "records.query", method: .get, path: PathTemplate("/v1/audit/admin"),
        summary: "The latest records of the admin log.", requirement: .may(.audit, .system),
        query: filters + [
            Operation.Parameter(name: "kind", schema: .text("", oneOf: AuditKind.allCases.map(\.rawValue))),
            Operation.Parameter(name: "outcome", schema: .text("", oneOf: AuditOutcome.allCases.map(\.rawValue))),
            Operation.Parameter(
                name: "account", schema: .text("The name or key of an account that they are about.", most: 256)),
            Operation.Parameter(name: "user", schema: .text("The name or key of a user.", most: 256)),
        ],
        success: (200, items),
        handler: .work { exchange, service in try await records(exchange, service, of: nil) })

    /// - Parameter account: the account that they belong to; nil for all.
    static func records(_ exchange: Exchange, _ service: AdminService, of account: PublicKey?) async throws -> Answer {
        let page = try exchange.page()
        guard page.after.isEmpty || Int64(page.after) != nil else {
            throw Problem.invalid("cursor", "is not a cursor of this list")
        }
        var query = AuditQuery()
        query.object = exchange.query["object"]
        query.operation = exchange.query["operation"]
        query.since = exchange.query["since"].flatMap { Int64($0) }
        query.until = exchange.query["until"].flatMap { Int64($0) }
        query.kind = exchange.query["kind"].flatMap(AuditKind.init(rawValue:))
        query.outcome = exchange.query["outcome"].flatMap(AuditOutcome.init(rawValue:))
        query.user = exchange.query["user"]
        query.account = exchange.query["account"]
        query.owner = account
        (query.before, query.limit, query.most) = (Int64(page.after), page.limit, service.recordsLookedAt)
        let asked = query
        return try await service.search(for: exchange.caller) { directory in
            var query = asked
            if let account = query.account {
                query.accountKey = try directory.read { try $0.accountKey(named: account) }
            }
            let found = try directory.audit(query)
            let records = found.entries.compactMap { item($0.bytes, exchange) }
            let answer = Answer(.members(["items": .array(records), "is_cut": found.isCut ? .bool(true) : nil]))
            return (found.next.map { page.leading(answer, to: String($0), exchange) } ?? answer).written()
        }
    }

    private static let events = Operation(
        id: "records.events", method: .get, path: PathTemplate("/v1/events"),
        summary: "Records of the admin log as they are written: a stream of server-sent events.",
        requirement: .may(.audit, .system),
        query: [
            Operation.Parameter(
                name: "since",
                schema: .integer(
                    "The index of the first record; by default what comes from now on.",
                    0...Schema.exactIntegers.upperBound))
        ],
        success: (
            200,
            .object(
                "Each event.",
                [
                    .required("id", .text("The record's number.")), .required("event", .text("Its operation.")),
                    .required("data", .text("The record itself.")),
                ])
        ), answers: "text/event-stream",
        handler: .work { exchange, service in
            let asked = exchange.query["since"].flatMap { Int64($0) }
            let first = if let asked { asked } else { try await service.look { try $0.latestAuditIndex() } + 1 }
            return Answer(stream: try EventStream(service: service, caller: exchange.caller, first: first).body())
        })
}

extension DirectoryReader {
    /// The key of the first account of a name, under whatever operator.
    fileprivate func accountKey(named name: String) throws -> String? {
        for entry in try operators() {
            if let account = try findAccount(EntityReference(name), of: entry) { return account.publicKey.text }
        }
        return nil
    }
}
