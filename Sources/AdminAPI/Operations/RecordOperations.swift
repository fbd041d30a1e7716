import Administration
import Audit
import Claims

/// The record of what was done.
enum RecordOperations {
    static let all = [query]

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
}
