/// All tables of the language.
enum PolicyLanguage {
    /// Those of a set's first file, of environments, of accounts, and what stands in them.
    static let tables: [LanguageTable] =
        [set, ceilings, never, environment, account] + accountParts + [role] + roleParts + [
            user, extra, test, testSubject, audit,
        ]

    static func table(_ name: String) -> LanguageTable? { byName[name] }

    private static let byName = Dictionary(tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    // MARK: Keys of several tables

    static let version = LanguageKey(
        "chancery", .words(["v1"]), "the version of the language", "chancery: v1")

    static func description(_ of: String) -> LanguageKey {
        LanguageKey("description", .text, "for people; no part of any claim", "description: \(of)")
    }

    /// What has fields under `claims`, by the name of its definition in the schema.
    static let claims: [(name: String, fields: ClaimsFields)] = [
        ("account_claims", .account), ("role_claims", .role), ("export_claims", .export), ("import_claims", .item),
    ]

    static func claims(_ name: String, _ example: String) -> LanguageKey {
        LanguageKey(
            "claims", .claims(name), "fields of the claims that have no key of their own, as JSON has them",
            "claims: \(example)")
    }

    // MARK: Files

    static let set = LanguageTable(
        name: "set", title: "chancery.yaml", meaning: "the first file of a set",
        keys: [
            version,
            LanguageKey("operator", .name, "the operator's name", "operator: PLANT"),
            LanguageKey(
                "accounts", .members(.text, .block), "each account's file, beside this one, or `managed elsewhere`",
                "accounts: { FACTORY: factory.yaml, PARTNER: managed elsewhere }", isRequired: true),
            LanguageKey(
                "environments", .members(.text, .block),
                "each environment's file; without any, the set serves everywhere",
                "environments: { prod: environments/prod.yaml }"),
            LanguageKey(
                "ceilings", .table("ceilings", .block), "what no account and no role goes beyond",
                "ceilings: { connections: 10k, expires: 90d }"),
            LanguageKey(
                "never", .list(.table("never"), .block),
                "what nobody may do by any way, whatever the accounts' files say",
                "never: [ { from: outside, may not: publish cmd.x, of: FACTORY } ]"),
        ])

    static let never = LanguageTable(
        name: "never", title: "A rule of never", meaning: "proved, or refuted by a way",
        keys: [
            LanguageKey(
                "from", .text, "`role A/R`, `user A/U`, `account A`, `outside` (every other account) or `anybody`",
                "from: role SUPPLIER/engineer", isRequired: true),
            LanguageKey(
                "may not", .either([.matching("(receive|publish) .+"), .list(.matching("(receive|publish) .+"))]),
                "what they may not, in the account's own subjects", "may not: [ receive plant.secret ]",
                isRequired: true),
            LanguageKey("of", .name, "the account whose subjects they are", "of: FACTORY", isRequired: true),
            LanguageKey("except", .list(.text), "who may all the same", "except: [ role AUDIT/auditor ]"),
        ])

    static let ceilings = LanguageTable(
        name: "ceilings", title: "Ceilings", meaning: "also what counts where a file says nothing",
        keys: [
            LanguageKey("connections", .countOrUnlimited, "an account's connections", "connections: 10k"),
            LanguageKey("leaf_nodes", .countOrUnlimited, "an account's leaf nodes", "leaf_nodes: 0"),
            LanguageKey("subscriptions", .countOrUnlimited, "an account's subscriptions", "subscriptions: 100k"),
            LanguageKey("payload", .bytesOrUnlimited, "bytes of a message", "payload: 1MiB"),
            LanguageKey("expires", .duration, "how long credentials are good for", "expires: 90d"),
        ])

    static let environment = LanguageTable(
        name: "environment", title: "An environment's file", meaning: "what differs between places that one set serves",
        keys: [
            version,
            LanguageKey(
                "values", .members(.text), "what stands for each `<name>` of the accounts' files",
                "values: { site: berlin, presses: 500 }"),
        ])

    static let account = LanguageTable(
        name: "account", title: "An account's file", meaning: "the whole truth about the account",
        keys: [
            version,
            LanguageKey("account", .name, "the account's name", "account: FACTORY", isRequired: true),
            description("the unified namespace of the factory"),
            LanguageKey(
                "values", .members(.table("value")), "what the file asks of its environment, for `<name>`",
                "values: { site: { type: token } }"),
            LanguageKey("limits", .table("limits"), "how much the account may take", "limits: { connections: 500 }"),
            LanguageKey(
                "exports", .list(.table("export", .block), .block), "what others may import",
                "exports: [ { stream: plant.*.telemetry.> } ]"),
            LanguageKey(
                "imports", .list(.table("import"), .block), "what the account takes from others",
                "imports: [ { service: billing.quote, from: GLOBEX } ]"),
            LanguageKey(
                "mappings", .members(.either([.text, .members(.share)]), .block),
                "where what is published goes instead, in shares of 100 %; `stay` and `drop` are destinations",
                "mappings: { orders.v1.*: { orders.v2.$1: 10%, stay: 90% } }"),
            LanguageKey(
                "streams", .members(.table("stream"), .block), "streams of the account, for verbs to be exact about",
                "streams: { PLANT: { subjects: [ \"plant.>\" ] } }"),
            LanguageKey(
                "roles", .members(.table("role", .block), .block), "what people and programs are, and may do",
                "roles: { sensor: { publish: [ \"plant.>\" ] } }"),
            LanguageKey(
                "users", .members(.table("user"), .block),
                "users by name, made without keys until credentials are asked for",
                "users: { press-07: { role: sensor } }"),
            LanguageKey(
                "tests", .list(.table("test", .block), .block), "who may do what, and may not",
                "tests: [ { as: press-07, may: [ publish plant.x ] } ]"),
            LanguageKey("audit", .table("audit"), "what is put on record", "audit: { sample: 1% }"),
            LanguageKey(
                "leave", .list(.text),
                "what the account has and the file says nothing about: "
                    + LeavePolicy.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                    + ", or one of them by its name, `*` for anything",
                "leave: [ imports, \"role legacy-*\" ]"),
            claims("account_claims", "{ info_url: \"https://plant.example\" }"),
        ])
}
