import Administration
import Claims
import NKeys
import Policy

/// Policies as they come into force.
enum PolicyOperations {
    static let all = [get]

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
}
