import Administration
import Claims
import NKeys
import Policy

/// What takes time: applies and undos, step by step and server by server.
enum LongOperations {
    static let all = [list, get, resume, cancel]

    private static let path = "/v1/operations/{operation}"
    /// The most seconds that somebody may wait for an end.
    private static let longestWait: Int64 = 30

    static func location(_ id: Int64) -> String { "/v1/operations/\(id)" }

    // MARK: Shapes

    static let schema = Schema.object(
        "An apply or an undo of policies.",
        [
            .required("id", .text()), .required("kind", .text("", oneOf: ["apply", "undo"])),
            .required("state", .text("", oneOf: PolicyOperation.State.allCases.map(\.rawValue))),
            .required("operator", .text("The operator's public key.")), .required("actor", .text("Who began it.")),
            .required("started_at", .integer("Unix seconds.")), .optional("finished_at", .integer("Unix seconds.")),
            .optional("detail", .text("Why it stopped.")),
            .required(
                "steps",
                .list(
                    .object(
                        "",
                        [
                            .required("step", .text()),
                            .required("state", .text("", oneOf: ["waiting", "stored", "confirmed"])),
                            .required(
                                "servers",
                                .list(
                                    .object(
                                        "",
                                        [
                                            .required("server", .text()),
                                            .required(
                                                "state",
                                                .text("", oneOf: ["in_force", "refused", "silent", "lingering"])),
                                            .required("accounts", .integer("How many of them it has.")),
                                            .optional("detail", .text()),
                                            .optional(
                                                "connections",
                                                .integer("How many are still there that the step ends.")),
                                        ]))),
                        ]))),
            .optional("plan", .any),
        ])

    static func json(_ operation: PolicyOperation, plan: String? = nil) -> JSONValue {
        .members([
            "id": .string(String(operation.id)), "kind": .string(operation.kind.rawValue),
            "state": .string(operation.state.rawValue), "operator": .string(operation.operatorKey.text),
            "actor": .string(operation.actor), "started_at": .integer(operation.startedAt),
            "finished_at": operation.finishedAt.map { .integer($0) },
            "detail": operation.detail.map { .string($0) },
            "steps": .array(ApplyStep.allCases.map { step($0, of: operation) }),
            "plan": plan.flatMap { JSONValue(parsing: Array($0.utf8)) },
        ])
    }

    private static func step(_ step: ApplyStep, of operation: PolicyOperation) -> JSONValue {
        let isConfirmed = operation.confirmed.map { $0 >= step } ?? false
        let isStored = operation.stored.map { $0 >= step } ?? false
        let servers = operation.servers.filter { $0.step == step.rawValue }
        return .members([
            "step": .string(step.word),
            "state": .string(isConfirmed ? "confirmed" : isStored ? "stored" : "waiting"),
            "servers": .array(
                servers.map { server in
                    .members([
                        "server": .string(server.server), "state": .string(server.state),
                        "accounts": .integer(server.accounts), "detail": server.detail.map { .string($0) },
                        "connections": server.connections.map { .integer($0) },
                    ])
                }),
        ])
    }

    /// What is answered where one begins, or goes on: always at once, and where to ask how it does.
    static func begun(_ id: Int64, _ change: Change, plan: String? = nil) throws -> Answer {
        guard let operation = try change.reader.policyOperation(id) else { throw Problem.notFound }
        var answer = Answer(json(operation, plan: plan), status: 202)
        answer.location = location(id)
        answer.starts = id
        return answer
    }

    // MARK: Operations

    /// The operation that the path names, for those who may do something with its operator.
    private static func find(
        _ exchange: Exchange, _ reader: DirectoryReader, _ action: AccessAction
    ) throws -> PolicyOperation {
        guard let id = try Int64(exchange.reference("operation").text), let found = try reader.policyOperation(id),
            exchange.may(action, on: .operator(found.operatorKey))
        else { throw Problem.forbidden }
        return found
    }

    private static let list = Operation(
        id: "operations.list", method: .get, path: PathTemplate("/v1/operations"),
        summary: "Applies and undos, the latest first.", requirement: .signedIn, query: Page.parameters,
        success: (200, .page(of: .component("Operation"))),
        handler: .read { exchange, reader in
            let page = try exchange.page()
            let seen = try reader.operators().map(\.publicKey).filter { exchange.may(.view, on: .operator($0)) }
            guard page.after.isEmpty || Int64(page.after) != nil else {
                throw Problem.invalid("cursor", "is not a cursor of this list")
            }
            let found = try reader.policyOperations(of: seen, before: Int64(page.after), limit: page.limit + 1)
            return page.answer(found, exchange, name: { String($0.id) }, json: { json($0) })
        })

    private static let get = Operation(
        id: "operations.get", method: .get, path: PathTemplate(path),
        summary: "How an apply or an undo does: step by step and server by server.", requirement: .signedIn,
        query: [
            Operation.Parameter(
                name: "wait", schema: .integer("Seconds to wait for its end before the answer.", 0...longestWait))
        ],
        success: (200, .component("Operation")),
        handler: .work { exchange, service in
            let wait = exchange.query["wait"].flatMap { Int64($0) } ?? 0
            let end = ContinuousClock.now + .seconds(wait)
            while true {
                let found = try await service.look { try $0.read { try find(exchange, $0, .view) } }
                guard found.state == .running, ContinuousClock.now < end else {
                    let body = json(found)
                    return Answer(body, tag: AnswerTag.of(body.jsonText))
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        })

    private static let resume = Operation(
        id: "operations.resume", method: .post, path: PathTemplate(path + ":resume"),
        summary: "Go on with what stopped.", requirement: .signedIn, success: (202, .component("Operation")),
        handler: .change { exchange, change in
            let found = try find(exchange, change.reader, .govern)
            try change.takeOver(found.id)
            return try begun(found.id, change)
        })

    private static let cancel = Operation(
        id: "operations.cancel", method: .post, path: PathTemplate(path + ":cancel"),
        summary: "Begin no further step, and go back to where it began: the answer is the operation that does.",
        requirement: .signedIn, success: (202, .component("Operation")),
        handler: .change { exchange, change in
            let run = try change.cancel(find(exchange, change.reader, .govern))
            try change.takeOver(run.id)
            return try begun(run.id, change)
        })
}
