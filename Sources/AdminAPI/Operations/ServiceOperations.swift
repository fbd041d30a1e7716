import Administration
import Claims

/// The service itself: how it does, and how it describes itself.
enum ServiceOperations {
    static let all = [health, ready, status, metrics, openAPI, page, problem]

    private static let readiness = Schema.object(
        "",
        [
            .required(
                "status", .text("Whether it is ready, or about to end.", oneOf: ["ok", "not ready", "ending"])),
            .optional("engine", .text("How the servers are reached.")),
        ])

    private static let health = Operation(
        id: "service.health", method: .get, path: PathTemplate("/healthz"), summary: "Whether the service runs.",
        requirement: .open, success: (200, readiness), isAtOnce: true,
        handler: .work { _, _ in Answer(.members(["status": .string("ok")])) })

    private static let ready = Operation(
        id: "service.ready", method: .get, path: PathTemplate("/readyz"),
        summary:
            "Whether the service can do its work: directory can be written, servers reached, and it is not about to end.",
        requirement: .open,
        success: (200, readiness), otherSuccess: 503,
        handler: .work { _, service in
            let isReadable = await service.readiness.isReady(service.directory)
            let isReady = await service.distributor?.isReady() ?? true
            let isEnding = service.farewell.isOnItsWay
            var answer = Answer(
                .members([
                    "status": .string(isEnding ? "ending" : isReadable && isReady ? "ok" : "not ready"),
                    "engine": .string(service.distributor == nil ? "none" : isReady ? "reached" : "not reached"),
                ]))
            if isEnding || !isReadable || !isReady { answer.status = 503 }
            return answer
        })

    private static let metrics = Operation(
        id: "service.metrics", method: .get, path: PathTemplate("/metrics"),
        summary: "Figures in the text form of Prometheus.", requirement: .may(.observe, .system),
        success: (200, .text()), answers: "text/plain; version=0.0.4; charset=utf-8",
        handler: .work { _, service in
            let counts = try await service.look { try $0.read { try $0.counts() } }
            return Answer(text: service.metrics.text(counts))
        })

    private static let status = Operation(
        id: "service.status", method: .get, path: PathTemplate("/v1/status"),
        summary: "How much there is in the directory, and whether it is in order.",
        requirement: .may(.observe, .system),
        query: [Operation.Parameter(name: "operator", schema: .text("Whose tokens are looked at.", most: 256))],
        success: (
            200,
            .object(
                "",
                ["bytes", "operators", "accounts", "users", "tokens", "seeds", "audit_records"].map {
                    .required($0, .integer())
                } + [
                    .optional("seal", .text("What the keyring is sealed with.")),
                    .optional("keyring_fault", .text("Why the keyring cannot be opened.")),
                    .required("expired", .integer("Tokens of the operator.")),
                    .required("ending_soon", .integer("Tokens of the operator, within 30 days.")),
                    .required("unreadable", .integer("Tokens of the operator that cannot be read.")),
                ])
        ),
        handler: .work { exchange, service in
            let now = exchange.now
            let reference = exchange.query["operator"].map { EntityReference($0) }
            let status = try await service.work { directory in
                let keyring = try directory.keyringStatus()
                return try directory.read { reader -> JSONValue in
                    let counts = try reader.counts()
                    let entry = try? reader.operator(reference)
                    let endings =
                        try entry.map { try reader.endings(of: $0, at: now, soon: now + 30 * 86_400) } ?? Endings()
                    return .members([
                        "bytes": .integer(counts.bytes), "operators": .integer(counts.operators),
                        "accounts": .integer(counts.accounts), "users": .integer(counts.users),
                        "tokens": .integer(counts.tokens), "seeds": .integer(keyring.seeds),
                        "audit_records": .integer(counts.auditRecords), "seal": keyring.seal.map { .string($0) },
                        "keyring_fault": keyring.fault.map { .string($0) }, "expired": .integer(endings.expired),
                        "ending_soon": .integer(endings.endingSoon), "unreadable": .integer(endings.unreadable),
                    ])
                }
            }
            return Answer(status)
        })

    private static let openAPI = Operation(
        id: "service.openapi", method: .get, path: PathTemplate("/openapi.json"),
        summary: "This description, as OpenAPI 3.1.", requirement: .open, success: (200, .any),
        state: { _, _ in Operation.State(exists: true, tag: OpenAPIDocument.tag) },
        handler: .work { _, _ in Answer(OpenAPIDocument.json, tag: OpenAPIDocument.tag) })

    private static let page = Operation(
        id: "service.page", method: .get, path: PathTemplate("/"), summary: "This description, for people.",
        requirement: .open, success: (200, .text()), answers: "text/html; charset=utf-8",
        state: { _, _ in Operation.State(exists: true, tag: OpenAPIDocument.tag) },
        handler: .work { _, _ in Answer(text: DescriptionPage.html, tag: OpenAPIDocument.tag) })

    private static let problem = Operation(
        id: "service.problem", method: .get, path: PathTemplate("/problems/{code}"),
        summary: "What a type of problem means.", requirement: .open,
        success: (
            200,
            .object(
                "",
                [
                    .required("code", .text()), .required("title", .text()), .required("status", .integer()),
                    .required("retryable", .flag()),
                ])
        ),
        handler: .work { exchange, _ in
            guard let type = exchange.path["code"].flatMap(ProblemType.init(rawValue:)) else { throw Problem.notFound }
            return Answer(
                .members([
                    "code": .string(type.rawValue), "title": .string(type.title), "status": .integer(type.status),
                    "retryable": .bool(type.isRetryable),
                ]))
        })
}
