import Administration
import Claims
import NKeys
import Policy

/// What can be asked about policies: of files that the request brings, or of what is in force. Nothing is changed by it.
enum PolicyQuestions {
    static let all = [check, test, diff, explain, whoCan, reach]

    static let path = "/v1/operators/{operator}/policies"

    private static let engine = Schema.Member.optional(
        "engine",
        .text("The server that the answer is for; chancery by default.", oneOf: Engine.allCases.map(\.rawValue)))

    private static func engine(_ body: JSONValue) -> Engine {
        body["engine"]?.text.flatMap { Engine(rawValue: $0) } ?? .broker
    }

    private static func items(_ others: [Schema.Member] = []) -> Schema {
        .object("", [.required("items", .list(.any, most: 1_000_000))] + others)
    }

    /// The set that a question is about, and what it is called.
    private static func set(_ exchange: Exchange, _ service: AdminService) async throws -> (PolicySet, String) {
        if let sent = try SentPolicies(exchange.body) { return (try sent.readOne(), "the set") }
        let now = exchange.now
        let reference = try exchange.reference("operator")
        // What is in force is read on its own: what is then worked out keeps nobody from the directory.
        let set = try await service.work { directory in
            try directory.read { try $0.policySetInForce(at: Place(operator: reference), now: now) }
        }
        return (set, "the directory")
    }

    // MARK: Files

    private static let check = Operation(
        id: "policies.check", method: .post, path: PathTemplate(path + ":check"),
        summary: "Everything that is wrong with a set of policies, in every environment.",
        requirement: .may(.author, .operator),
        request: .object("", SentPolicies.members + [engine]), example: SentPolicies.example,
        largestBody: SentPolicies.largestBody,
        success: (
            200,
            items([
                .required("in_order", .flag("Whether nothing of it is an error.")), .required("accounts", .integer()),
            ])
        ),
        handler: .work { exchange, service in
            guard let sent = try SentPolicies(exchange.body) else { throw Problem.notFound }
            return try await service.policyDesk.work(for: exchange.caller) {
                var problems: [PolicyProblem]
                var accounts = 0
                do {
                    let sets = try sent.read()
                    accounts = sets.first?.accounts.count ?? 0
                    problems = PolicySet.problems(
                        of: sets, for: engine(exchange.body), at: exchange.now, patience: QuestionTime.patience)
                } catch let failure as PolicySet.Failure { problems = failure.problems }
                return Answer(
                    .members([
                        "in_order": .bool(!problems.contains { $0.severity == .error }),
                        "accounts": .integer(accounts),
                        "items": .array(try problems.map { try JSONValue(encoding: ProblemAnswer($0)) }),
                    ]))
            }
        })

    private static let test = Operation(
        id: "policies.test", method: .post, path: PathTemplate(path + ":test"),
        summary: "Run the tests of a set of policies, in every environment.",
        requirement: .may(.author, .operator), request: SentPolicies.schema, example: SentPolicies.example,
        largestBody: SentPolicies.largestBody,
        success: (
            200,
            items([
                .required("passed", .flag("Whether every sentence holds.")),
                .required("untouched", .list(.text(), "Rules that no test touches.", most: 1_000_000)),
            ])
        ),
        handler: .work { exchange, service in
            guard let sent = try SentPolicies(exchange.body) else { throw Problem.notFound }
            return try await service.policyDesk.work(for: exchange.caller) {
                let sets: [PolicySet]
                do { sets = try sent.read() } catch let failure as PolicySet.Failure {
                    throw Problem(failure.problems, at: "")
                }
                let patience = QuestionTime.patience
                let reports: [PolicyTester.Report]
                do { reports = try sets.map { try PolicyTester.run($0, patience: patience) } } catch is Patience.Ended {
                    throw QuestionTime.problem
                }
                let outcomes = reports.flatMap(\.outcomes)
                return Answer(
                    .members([
                        "passed": .bool(outcomes.allSatisfy(\.passes)),
                        "items": .array(try outcomes.map { try JSONValue(encoding: TestAnswer($0)) }),
                        "untouched": .texts(reports.flatMap(\.untouched).map(\.description)),
                    ]))
            }
        })

    private static let diff = Operation(
        id: "policies.diff", method: .post, path: PathTemplate(path + ":diff"),
        summary: "What two sets of policies allow differently; without an old one, a set and what is in force.",
        requirement: .may(.view, .operator),
        request: .object("", [.optional("old", SentPolicies.schema), .required("new", SentPolicies.schema)]),
        example: .members(["new": SentPolicies.example]), largestBody: SentPolicies.largestBody,
        success: (200, items()),
        handler: .work { exchange, service in
            guard let new = try SentPolicies(exchange.body["new"] ?? .null, at: "/new") else { throw Problem.notFound }
            let old = try SentPolicies(exchange.body["old"] ?? .null, at: "/old")
            let reference = try exchange.reference("operator")
            let set = try await service.policyDesk.work(for: exchange.caller) { try new.readOne() }
            typealias InForce = (access: [String: AccountAccess], released: [String], governing: [AccessChange])
            let inForce: InForce =
                old != nil
                ? ([:], [], [])
                : try await service.work { directory in
                    try directory.read { reader in
                        let place = Place(operator: reference)
                        return (
                            try reader.accountAccess(at: place), try reader.accountsReleased(by: set, at: place),
                            try reader.governingChanges(by: set, at: place)
                        )
                    }
                }
            return try await service.policyDesk.work(for: exchange.caller) {
                let after = try set.access(keeping: inForce.access)
                let before =
                    try old?.readOne().access()
                    ?? inForce.access.filter { after[$0.key] != nil || inForce.released.contains($0.key) }
                let changes = try PolicyChoice.differences(from: before, to: after, of: set) + inForce.governing
                return Answer(
                    .members(["items": .array(try changes.map { try JSONValue(encoding: ChangeAnswer($0)) })]))
            }
        })

    // MARK: Questions

    private static let explain = Operation(
        id: "policies.explain", method: .post, path: PathTemplate(path + ":explain"),
        summary: "Why somebody may or may not do something, down to file and line.",
        requirement: .may(.view, .operator),
        request: .object(
            "",
            SentPolicies.optionalMembers + [
                engine, .required("sentence", .text("Such as publish plant.berlin.command.", most: 8_192)),
                .optional("as", .text("A user, with its account before a / where several have it.", most: 1_024)),
                .optional("account", .text("The account of a role.", most: 256)),
                .optional("role", .text("Anybody in this role, instead of a user.", most: 256)),
                .optional("name", .text("Its name, with a role.", most: 256)),
                .optional("tags", .list(.text("As name:value.", most: 512), "Its tags, with a role.", most: 100)),
            ]),
        example: SentPolicies.example.adding(
            .members([
                "sentence": .string("publish orders.new"), "account": .string("SHOP"), "role": .string("clerk"),
            ])),
        largestBody: SentPolicies.largestBody, success: (200, .any),
        handler: .work { exchange, service in
            let body = exchange.body
            let (user, role, account) = (body["as"]?.text, body["role"]?.text, body["account"]?.text)
            guard (user == nil) != (role == nil) else {
                throw Problem.invalid("/as", "say who it is: a user, or a role with its account")
            }
            guard role == nil || account != nil else { throw Problem.invalid("/account", "must be given with a role") }
            let (set, source) = try await set(exchange, service)
            return try await service.policyDesk.work(for: exchange.caller) {
                let (owner, subject) =
                    if let role, let account {
                        try set.holder(
                            role: role, of: account, name: body["name"]?.text, tags: body["tags"]?.textElements ?? [],
                            source: source)
                    } else { try set.holder(user: user ?? "", source: source) }
                let explainer = PolicyExplainer(set, account: owner, at: exchange.now)
                let sentence = body["sentence"]?.text ?? ""
                if let fault = PolicySentence.fault(in: sentence) { throw Problem.invalid("/sentence", "\(fault)") }
                if let fault = owner.fault(in: subject) { throw Problem.invalid("/role", "\(fault)") }
                guard let found = try explainer.explain(subject, sentence, on: engine(body)) else {
                    throw Problem.notFound
                }
                return Answer(try JSONValue(encoding: ExplanationAnswer(found)))
            }
        })

    private static let whoCan = Operation(
        id: "policies.who-can", method: .post, path: PathTemplate(path + ":who-can"),
        summary: "Everybody who can publish on a subject of an account, or receive it, and by which way.",
        requirement: .may(.view, .operator),
        request: .object(
            "",
            SentPolicies.optionalMembers + [
                engine, .required("subject", .text("It may have wildcards.", most: 1_024)),
                .optional("act", .text("Both by default.", oneOf: AccessRoute.Act.allCases.map(\.rawValue))),
                .required("account", .text("Whose subject it is.", most: 256)),
                .optional("from", .text("Only holders of this account.", most: 256)),
            ]),
        example: SentPolicies.example.adding(
            .members(["subject": .string("orders.new"), "account": .string("SHOP")])),
        largestBody: SentPolicies.largestBody,
        success: (200, items([.required("engine", .text("The server that it holds for."))])),
        handler: .work { exchange, service in
            let body = exchange.body
            guard let question = AccessQuestion(body["subject"]?.text ?? "") else {
                throw Problem.invalid("/subject", "is no subject")
            }
            let (set, source) = try await set(exchange, service)
            return try await service.policyDesk.work(for: exchange.caller) {
                let (account, from) = (body["account"]?.text ?? "", body["from"]?.text)
                for name in [account, from].compactMap(\.self)
                where !set.manifest.accounts.contains(where: { $0.name.value == name }) {
                    throw set.unknown(name, source: source)
                }
                var analysis = AccessAnalysis(
                    set, engine: engine(body), at: exchange.now, patience: QuestionTime.patience)
                let acts =
                    body["act"]?.text.flatMap { AccessRoute.Act(rawValue: $0) }.map { [$0] } ?? AccessRoute.Act.allCases
                let holders = from.map { AccessAnalysis.Holders.account($0) } ?? .everybody
                let routes = acts.flatMap { analysis.routes($0, question, of: account, by: holders) }
                guard !analysis.isCutShort else { throw QuestionTime.problem }
                return Answer(
                    .members([
                        "items": .array(try routes.map { try JSONValue(encoding: RouteAnswer($0)) }),
                        "engine": .string(set.engine(engine(body)).rawValue),
                    ]))
            }
        })

    private static let reach = Operation(
        id: "policies.reach", method: .post, path: PathTemplate(path + ":reach"),
        summary: "Everything that can leave an account or enter it, and by which chain.",
        requirement: .may(.view, .operator),
        request: .object("", SentPolicies.optionalMembers + [engine, .required("account", .text("", most: 256))]),
        example: SentPolicies.example.adding("account", .string("SHOP")), largestBody: SentPolicies.largestBody,
        success: (200, items()),
        handler: .work { exchange, service in
            let (set, source) = try await set(exchange, service)
            return try await service.policyDesk.work(for: exchange.caller) {
                let account = exchange.body["account"]?.text ?? ""
                let reach = TenantReach(
                    set, account: account, engine: engine(exchange.body), at: exchange.now,
                    patience: QuestionTime.patience)
                guard let reach else { throw set.unknown(account, source: source) }
                guard !reach.isCutShort else { throw QuestionTime.problem }
                return Answer(
                    .members(["items": .array(try reach.lines.map { try JSONValue(encoding: ReachAnswer($0)) })]))
            }
        })
}
