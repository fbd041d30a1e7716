import Administration
import Claims
import NKeys
import Policy

/// Policies as they come into force.
enum PolicyOperations {
    static let all = [get, export, plan, getPlan, rest, apply, undo]

    // MARK: What is in force

    private static let set = Schema.object(
        "Files that are in force.",
        [
            .required("id", .text("The hash of the files.")), .optional("environment", .text()),
            .required("files", .map(of: .text("", most: SentPolicies.largestBody))),
        ])

    private static let get = Operation(
        id: "policies.get", method: .get, path: PathTemplate(PolicyQuestions.path),
        summary: "The policies that are in force: each set of files, and which accounts it governs.",
        requirement: .may(.view, .operator),
        success: (
            200,
            .object(
                "",
                [
                    .required("sets", .list(set)),
                    .required(
                        "accounts",
                        .list(
                            .object(
                                "An account.",
                                [
                                    .required("name", .text()), .required("public_key", .text()),
                                    .optional("set", .text("The set that governs it; none for one that is free.")),
                                ]), most: 1_000_000)),
                ])
        ),
        handler: .read { exchange, reader in
            let found = try reader.policiesInForce(of: exchange.operatorEntry(reader))
            let body = JSONValue.members([
                "sets": .array(
                    found.sets.map { set in
                        var files: TextDictionary<JSONValue> = [:]
                        for (path, bytes) in set.texts.files {
                            files[path] = .string(String(decoding: bytes, as: UTF8.self))
                        }
                        return .members([
                            "id": .string(set.id), "environment": set.texts.environment.map { .string($0) },
                            "files": .object(files),
                        ])
                    }),
                "accounts": .array(
                    found.accounts.map { account in
                        .members([
                            "name": .string(account.name), "public_key": .string(account.publicKey.text),
                            "set": account.set.map { .string($0) },
                        ])
                    }),
            ])
            return Answer(body, tag: AnswerTag.of(body.jsonText))
        })

    private static let export = Operation(
        id: "policies.export", method: .post, path: PathTemplate(PolicyQuestions.path + ":export"),
        summary: "Accounts that are there as the files of a set, which comes to the same claims.",
        requirement: .may(.view, .operator),
        request: .object(
            "",
            [
                .optional(
                    "accounts",
                    .list(
                        .text("A name or a key.", most: 256), "Only these; by default all but the system account.",
                        most: 10_000))
            ]),
        isBodyOptional: true,
        success: (
            200,
            .object(
                "", [.required("files", .map(of: .text("", most: SentPolicies.largestBody), "Texts by their paths."))])
        ),
        handler: .work { exchange, service in
            let reference = try exchange.reference("operator")
            let names = (exchange.body["accounts"]?.textElements ?? []).map { EntityReference($0) }
            let accounts = try await service.work { directory in
                try directory.read { try $0.exportedAccounts(names, at: Place(operator: reference)) }
            }
            return try await service.policyDesk.work(for: exchange.caller) {
                var files: TextDictionary<JSONValue> = [:]
                for file in try accounts.files() { files[file.name] = .string(file.text) }
                return Answer(.members(["files": .object(files)]))
            }
        })

    // MARK: Plans

    private static let deletesRoles = Schema.Member.optional(
        "delete_roles", .flag("Let roles vanish although similar ones appear."))

    private static let planSchema = Schema.object(
        "What applying a set would change. The entity tag stands for it and for the world that it was made for.",
        [
            .required("id", .text()), .required("created_at", .integer("Unix seconds.")),
            .required("expires_at", .integer("Unix seconds.")), .required("plan", .any),
        ])

    private static func answer(_ kept: KeptPlan) -> Answer {
        let body = JSONValue.members([
            "id": .string(kept.id), "created_at": .integer(kept.createdAt),
            "expires_at": .integer(kept.createdAt + KeptPlan.lifetime),
            "plan": JSONValue(parsing: Array(kept.content.utf8)),
        ])
        return Answer(body, tag: kept.tag)
    }

    private static let plan = Operation(
        id: "policies.plan", method: .post, path: PathTemplate(PolicyQuestions.path + ":plan"),
        summary: "Show what applying a set of policies would change, and keep it for a day to be applied.",
        requirement: .may(.author, .operator),
        request: .object("", SentPolicies.members + [deletesRoles]), example: SentPolicies.example,
        largestBody: SentPolicies.largestBody,
        success: (200, planSchema),
        handler: .work { exchange, service in
            guard let sent = try SentPolicies(exchange.body) else { throw Problem.notFound }
            var options = PolicyOptions()
            options.deletesRoles = exchange.body["delete_roles"]?.flag ?? false
            let asked = options
            let reference = try exchange.reference("operator")
            let directory = exchange.actor.map { service.directory.acting(as: $0) } ?? service.directory
            return try await service.policyDesk.work(for: exchange.caller) {
                let set = try sent.readOne()
                // What nobody may do is looked at before anything comes into force.
                let problems = set.problems(at: exchange.now, patience: QuestionTime.patience)
                guard !problems.contains(where: { $0.severity == .error }) else { throw Problem(problems, at: "") }
                let planned = try directory.change("policy plan", dryRun: true) { change in
                    try change.planPolicy(set, at: Place(operator: reference), asked)
                }.value
                return answer(try directory.change("policy plan") { try $0.keepPlan(planned, of: set, asked) }.value)
            }
        })

    private static func kept(_ exchange: Exchange, _ reader: DirectoryReader, _ id: String?) throws -> KeptPlan? {
        try reader.keptPlan(id ?? "", of: exchange.operatorEntry(reader), at: exchange.now)
    }

    private static let getPlan = Operation(
        id: "policies.plan-get", method: .get, path: PathTemplate(PolicyQuestions.path + "/plans/{plan}"),
        summary: "A plan that is kept.", requirement: .may(.view, .operator), success: (200, planSchema),
        state: { exchange, reader in
            let kept = try kept(exchange, reader, exchange.path["plan"])
            return Operation.State(exists: kept != nil, tag: kept?.tag)
        },
        handler: .read { exchange, reader in
            guard let kept = try kept(exchange, reader, exchange.path["plan"]) else { throw Problem.notFound }
            return answer(kept)
        })

    private static let rest = Operation(
        id: "policies.rest", method: .get, path: PathTemplate(PolicyQuestions.path + "/rest"),
        summary: "What is left of an apply or an undo that did not come to its end; 404 where there is none.",
        requirement: .may(.view, .operator), success: (200, .object("", [.required("plan", .any)])),
        handler: .work { exchange, service in
            let reference = try exchange.reference("operator")
            return try await service.policyDesk.work(for: exchange.caller) {
                let rest = try service.directory.change("policy plan", dryRun: true) { change in
                    try change.planRest(at: Place(operator: reference))
                }.value
                return Answer(.members(["plan": try JSONValue(encoding: rest)]))
            }
        })

    // MARK: Bringing into force

    private static let apply = Operation(
        id: "policies.apply", method: .post, path: PathTemplate(PolicyQuestions.path + ":apply"),
        summary: "Begin to apply a plan: exactly what was shown, or nothing where the world has moved since.",
        requirement: .may(.govern, .operator),
        request: .object(
            "",
            [
                .required("plan", .text("The plan's id.", most: 64)),
                .optional(
                    "force",
                    .flag("Whether even what was revoked by hand is signed anew, where the files grant it.")),
            ]),
        success: (202, .component("Operation")),
        state: { exchange, reader in
            let kept = try kept(exchange, reader, exchange.body["plan"]?.text)
            return Operation.State(exists: kept != nil, tag: kept?.tag)
        }, demandsPrecondition: true,
        handler: .change { exchange, change in
            guard let kept = try kept(exchange, change.reader, exchange.body["plan"]?.text) else {
                throw Problem.invalid("/plan", "is not a plan that is kept")
            }
            let planned = try change.beginPolicy(kept, insisting: exchange.body["force"]?.flag ?? false)
            try change.takeOver(planned.run.id)
            return try LongOperations.begun(planned.run.id, change, plan: planned.content)
        })

    private static let undo = Operation(
        id: "policies.undo", method: .post, path: PathTemplate(PolicyQuestions.path + ":undo"),
        summary: "Begin to go back to what was in force before the last apply.", requirement: .may(.govern, .operator),
        request: .object(
            "", [.optional("operation", .text("The apply that is to be taken back, where that is sure.", most: 20))]),
        isBodyOptional: true, success: (202, .component("Operation")),
        handler: .change { exchange, change in
            let entry = try exchange.operatorEntry(change.reader)
            if let wanted = exchange.body["operation"]?.text {
                guard let last = try change.reader.runToUndo(of: entry), String(last) == wanted else {
                    throw Problem(.conflict, "that is not the last apply")
                }
            }
            let (run, undone) = try change.beginPolicyUndo(at: Place(operator: EntityReference(entry.publicKey)))
            let content = try change.content(of: run, undoing: undone)
            try change.takeOver(run.id)
            return try LongOperations.begun(run.id, change, plan: content)
        })
}
