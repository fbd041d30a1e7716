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
        ] + Page.parameters

    static let items = Schema.object(
        "Records, the oldest first.",
        [
            .required("items", .list(.any, most: 500)),
            .optional("is_cut", .flag("Whether there are earlier ones.")),
            .optional("next", .text("The cursor of earlier ones.")),
        ])

    private static let query = Operation(
        id: "records.query", method: .get, path: PathTemplate("/v1/audit/admin"),
        summary: "The latest records of the admin log.", requirement: .may(.audit, .system), query: filters,
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
        query.owner = account
        (query.before, query.limit) = (Int64(page.after), page.limit)
        let asked = query
        let found = try await service.look { try $0.audit(asked) }
        let records = found.entries.compactMap { JSONValue(parsing: $0.bytes) }
        let answer = Answer(.members(["items": .array(records), "is_cut": found.isCut ? .bool(true) : nil]))
        guard found.isCut, let first = found.entries.first else { return answer }
        return page.leading(answer, to: String(first.record.index), exchange)
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
            let first = if let asked { asked } else { try await service.look { try $0.auditSize() } }
            return Answer(stream: EventStream(service: service, caller: exchange.caller, first: first).body)
        })
}
