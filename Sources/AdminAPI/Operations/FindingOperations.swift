import Administration
import Claims

/// What is wrong with tokens.
enum FindingOperations {
    static let all = [findings]

    private static let finding = Schema.object(
        "",
        [
            .required("kind", .text()), .required("name", .text()), .required("public_key", .text()),
            .required("level", .text("Servers refuse what is not a `warning`.")),
            .optional("claim", .text("Such as nats.exports[2].subject.")), .required("message", .text()),
        ])

    private static let findings = Operation(
        id: "operators.findings", method: .get, path: PathTemplate("/v1/operators/{operator}/findings"),
        summary: "What is wrong with the tokens of an operator, its accounts and their users, or worth knowing.",
        requirement: .may(.view, .operator),
        query: [
            Operation.Parameter(name: "account", schema: .text("Only this account, by name or key.", most: 256))
        ],
        success: (200, .object("", [.required("items", .list(finding, "", most: 1_000_000))])),
        handler: .read { exchange, reader in
            let entry = try exchange.operatorEntry(reader)
            let account = try exchange.query["account"].map { try reader.account(EntityReference($0), of: entry) }
            let accounts = try account.map { [$0] } ?? reader.accounts(of: entry)
            let found = try reader.findings(for: entry, accounts: accounts, at: exchange.now)
            return Answer(.members(["items": .array(found.map(json))]))
        })

    private static func json(_ finding: Finding) -> JSONValue {
        .members([
            "kind": .string(finding.kind), "name": .string(finding.name), "public_key": .string(finding.publicKey),
            "level": .string(finding.level.rawValue), "claim": finding.path.isEmpty ? nil : .string(finding.path),
            "message": .string(finding.text),
        ])
    }
}
