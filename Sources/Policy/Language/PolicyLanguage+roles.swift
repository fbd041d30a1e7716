// Roles, users and tests.

extension PolicyLanguage {
    private static let access = LanguageForm.either([
        .words(["everything", "nothing"]), .list(.subjectWithTemplates), .table("access"),
    ])
    private static let groups = LanguageForm.members(.list(.name))

    static let role = LanguageTable(
        name: "role", title: "A role", meaning: "may do what its sets say, and nothing else",
        keys: [
            description("writes its own telemetry"),
            LanguageKey("was", .name, "its name before: a rename keeps keys and holders", "was: device"),
            LanguageKey(
                "includes", .list(.name), "roles whose sets it has too; denies and limits of all hold",
                "includes: [ supervisor, pricing ]"),
            LanguageKey(
                "tags", .members(.list(.name)), "the tags of its templates, with the values that each may have",
                "tags: { line: [ press, paint ] }"),
            LanguageKey(
                "publish", access, "what it may publish: subjects, `everything` or `nothing`",
                "publish: { allow: [ \"cmd.>\" ], deny: [ cmd.shutdown ] }"),
            LanguageKey(
                "subscribe", access,
                "what it may subscribe to by itself: subjects, `everything` or `nothing`; a deny also filters what it receives",
                "subscribe: [ \"cmd.{{name()}}\" ]"),
            LanguageKey(
                "queue", groups, "what it may subscribe to in which queue groups; `[ any ]` for every group",
                "queue: { \"jobs.>\": [ workers ] }"),
            LanguageKey(
                "deny_queue", groups, "queue groups that are closed to it", "deny_queue: { \"jobs.>\": [ bad ] }"),
            LanguageKey(
                "call", .list(.subjectWithTemplates),
                "services that it asks: published to, with an inbox for the answers",
                "call: [ orders.place.* ]"),
            LanguageKey(
                "serve", .members(.table("service")), "services that it answers",
                "serve: { price.quote: { name: prices, queue: q, answers: 1, within: 2s } }"),
            LanguageKey(
                "work", .list(.matching("[^/]+/[^/]+")),
                "consumers that it takes messages from and acknowledges them on",
                "work: [ PLANT/billing ]"),
            LanguageKey(
                "read", .list(.name), "streams that it makes consumers on: all of it, to anywhere", "read: [ PLANT ]"),
            LanguageKey("manage", .list(.name), "streams that it makes, changes and removes", "manage: [ PLANT ]"),
            LanguageKey(
                "kv", .members(.table("bucket")), "keys of buckets",
                "kv: { CONFIG: { get: [ \"app.>\" ], put: [ \"app.{{name()}}.>\" ] } }"),
            LanguageKey(
                "objects", .members(.list(.words(RolePolicy.ObjectStore.Verb.allCases.map(\.rawValue)))),
                "buckets of objects: what it may do with each, of `read`, `put` and `manage`",
                "objects: { FIRMWARE: [ read ] }"),
            LanguageKey(
                "mqtt", .table("mqtt"), "MQTT's topics", "mqtt: { publish: [ site/+/t ], subscribe: [ \"cmd/#\" ] }"),
            LanguageKey(
                "inbox", .words(RolePolicy.Inbox.allCases.map(\.rawValue)),
                "where answers come to: an inbox of its own (`private`, the default where it asks anybody), its role's (`role`), "
                    + "everybody's (`shared`), or nowhere (`none`)", "inbox: private"),
            LanguageKey(
                "replies", .words(RolePolicy.Replies.allCases.map(\.rawValue)),
                "which reply subjects it may give: those it may subscribe to (`own`, the default), or `any`",
                "replies: any"),
            LanguageKey("from", .list(.network), "networks that it comes from", "from: [ 10.0.0.0/8 ]"),
            LanguageKey(
                "hours", .table("hours"), "when it may be connected",
                "hours: { zone: Europe/Berlin, between: [ \"06:00-22:00\" ] }"),
            LanguageKey(
                "connections",
                .list(.words(PolicyReader.connectionWords)),
                "the kinds of connections that it comes by, of "
                    + PolicyReader.connectionWords.map { "`\($0)`" }.joined(separator: ", "),
                "connections: [ STANDARD, WEBSOCKET ]"),
            LanguageKey(
                "expires", .either([.duration, .table("expires")]), "how long its credentials are good for",
                "expires: { default: 24h, most: 30d }"),
            LanguageKey(
                "limits", .table("role_limits"), "what each of its connections may take",
                "limits: { subscriptions: 50 }"),
            claims("role_claims", "{ bearer_token: true }"),
        ])

    static let roleParts: [LanguageTable] = [
        LanguageTable(
            name: "access", title: "Access", meaning: "a set less another; a list alone is what is allowed",
            keys: [
                LanguageKey(
                    "allow", .either([.words(["everything", "nothing"]), .list(.subjectWithTemplates)]),
                    "what is allowed: subjects, `everything` or `nothing`",
                    "allow: [ \"plant.>\" ]"),
                LanguageKey(
                    "deny", .list(.subjectWithTemplates), "what of it is not", "deny: [ \"plant.*.secret.>\" ]"),
            ]),
        LanguageTable(
            name: "service", title: "A service", meaning: "that the role answers",
            keys: [
                LanguageKey("name", .name, "its name, under which it can be found", "name: prices"),
                LanguageKey("queue", .name, "the group that its requests are shared in", "queue: q"),
                LanguageKey("answers", .count, "how many answers a request may have", "answers: 1"),
                LanguageKey("within", .duration, "how long they may take", "within: 2s"),
            ]),
        LanguageTable(
            name: "bucket", title: "A bucket", meaning: "of keys and values",
            keys: [
                LanguageKey(
                    "get", .list(.subjectWithTemplates), "keys that it reads, one at a time", "get: [ \"app.>\" ]"),
                LanguageKey(
                    "put", .list(.subjectWithTemplates), "keys that it writes", "put: [ \"app.{{name()}}.>\" ]"),
                LanguageKey(
                    "watch", .list(.subjectWithTemplates), "keys that it follows, which takes a consumer",
                    "watch: [ \"app.>\" ]"),
                LanguageKey("manage", .truth, "whether it makes, changes and removes the bucket", "manage: true"),
            ]),
        LanguageTable(
            name: "mqtt", title: "MQTT", meaning: "topics with MQTT's wildcards",
            keys: [
                LanguageKey("publish", .list(.topic), "topics that it publishes on", "publish: [ site/+/t ]"),
                LanguageKey("subscribe", .list(.topic), "topics that it subscribes to", "subscribe: [ \"cmd/#\" ]"),
            ]),
        LanguageTable(
            name: "hours", title: "Hours", meaning: "hold at sign-in, and disconnect at their end",
            keys: [
                LanguageKey("zone", .name, "a time zone of the tz database", "zone: Europe/Berlin", isRequired: true),
                LanguageKey(
                    "between", .list(.clock), "times of day; an end may be on the next", "between: [ \"06:00-22:00\" ]",
                    isRequired: true),
            ]),
        LanguageTable(
            name: "expires", title: "Lifetimes", meaning: "of credentials; a duration alone is both",
            keys: [
                LanguageKey("default", .duration, "where nothing else is asked for", "default: 24h"),
                LanguageKey("most", .duration, "the longest that may be asked for", "most: 30d"),
            ]),
        LanguageTable(
            name: "role_limits", title: "Limits of a role", meaning: "for each connection",
            keys: [
                LanguageKey("subscriptions", .countOrUnlimited, "subscriptions at a time", "subscriptions: 50"),
                LanguageKey("payload", .bytesOrUnlimited, "bytes of a message", "payload: 64KiB"),
            ]),
    ]

    static let user = LanguageTable(
        name: "user", title: "A user", meaning: "that the file declares",
        keys: [
            LanguageKey(
                "role", .either([.name, .list(.name)]), "its role, or several that are put together", "role: sensor",
                isRequired: true),
            LanguageKey(
                "tags", .members(.name), "what stands for `{{tag(x)}}` of its role", "tags: { line: press }"),
            description("the press by the door"),
            LanguageKey(
                "extra", .table("extra"), "what it may do beyond its roles", "extra: { publish: [ lab.x ] }"),
            claims("role_claims", "{ bearer_token: true }"),
        ])

    static let extra = LanguageTable(
        name: "extra", title: "Extra", meaning: "sets of a user, as those of a role",
        keys: role.keys.filter { key in PolicyReader.extraNames.contains(key.name) })

    static let test = LanguageTable(
        name: "test", title: "A test", meaning: "who, and what they may and may not",
        keys: [
            LanguageKey(
                "as", .either([.name, .table("test_subject")]), "a user, or anybody in a role", "as: press-07",
                isRequired: true),
            LanguageKey(
                "may", .list(sentence), "what they may", "may: [ publish plant.x, \"subscribe cmd.press-07\", connect ]"
            ),
            LanguageKey(
                "may not", .list(sentence), "what they may not", "may not: [ \"receive plant.secret.recipe\" ]"),
        ])

    /// The first words of the sentences that there are.
    private static let sentence = LanguageForm.matching(
        "(\(PolicySentence.beginnings.filter { $0 != "connect" }.joined(separator: "|"))) .+|connect( .+)?")

    static let testSubject = LanguageTable(
        name: "test_subject", title: "Anybody in a role", meaning: "whom a test is about",
        keys: [
            LanguageKey("role", .name, "the role", "role: sensor", isRequired: true),
            LanguageKey("name", .name, "a name; `someone` without it", "name: paint-01"),
            LanguageKey("tags", .members(.name), "its tags", "tags: { line: paint }"),
        ])
}
