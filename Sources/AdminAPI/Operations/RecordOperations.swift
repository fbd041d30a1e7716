import Administration
import Audit
import Claims

/// The record of what was done.
enum RecordOperations {
    static let all = [query, events]

    private static let query = Operation(
        id: "records.query", method: .get, path: PathTemplate("/v1/audit/admin"),
        summary: "The latest records of the admin log.", requirement: .may(.audit, .system),
        query: [
            Operation.Parameter(
                name: "object", schema: .text("The key or name of what the records are about.", most: 256)),
            Operation.Parameter(name: "operation", schema: .text("Such as account.edit, or account.", most: 64)),
            Operation.Parameter(name: "since", schema: .integer("Unix seconds.", 0...253_402_300_799)),
            Operation.Parameter(name: "limit", schema: .integer("The most records; 100 by default.", 1...500)),
        ],
        success: (
            200,
            .object(
                "",
                [
                    .required("items", .list(.any, most: 500)),
                    .optional("is_cut", .flag("Whether there are earlier ones.")),
                ])
        ),
        handler: .work { exchange, service in
            var query = AuditQuery()
            query.object = exchange.query["object"]
            query.operation = exchange.query["operation"]
            query.since = exchange.query["since"].flatMap { Int64($0) }
            query.limit = exchange.query["limit"].flatMap { Int($0) } ?? 100
            let asked = query
            let found = try await service.work { try $0.audit(asked) }
            let records = found.entries.compactMap { JSONValue(parsing: $0.bytes) }
            return Answer(.members(["items": .array(records), "is_cut": found.isCut ? .bool(true) : nil]))
        })

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
        ], success: (200, .text()), answers: "text/event-stream",
        handler: .work { exchange, service in
            let asked = exchange.query["since"].flatMap { Int64($0) }
            let first = if let asked { asked } else { try await service.work { try $0.auditSize() } }
            return Answer(stream: EventStream(service: service, caller: exchange.caller, first: first).body)
        })
}
