// What stands in an account's file besides roles.

extension PolicyLanguage {
    static let accountParts: [LanguageTable] = [
        value, limits, jetStream, export, grant, response, latency, item, stream, consumer,
    ]

    private static let value = LanguageTable(
        name: "value", title: "A value", meaning: "filled in before anything is compiled, and never more than its type",
        keys: [
            LanguageKey(
                "type", .words(PolicyValue.Kind.allCases.map(\.rawValue)),
                "what the environment may give: a `token` of a subject, a `count`, `bytes`, a `duration` or a `share`",
                "type: token",
                isRequired: true)
        ])

    private static let limits = LanguageTable(
        name: "limits", title: "Limits of an account", meaning: "each is the set's ceiling where it is left out",
        keys: [
            LanguageKey("connections", .countOrUnlimited, "connections at a time", "connections: 500"),
            LanguageKey("leaf_nodes", .countOrUnlimited, "leaf nodes at a time", "leaf_nodes: 0"),
            LanguageKey("subscriptions", .countOrUnlimited, "subscriptions at a time", "subscriptions: 10k"),
            LanguageKey("payload", .bytesOrUnlimited, "bytes of a message", "payload: 256KiB"),
            LanguageKey("imports", .countOrUnlimited, "imports", "imports: 10"),
            LanguageKey("exports", .countOrUnlimited, "exports", "exports: 10"),
            LanguageKey(
                "jetstream", .either([.table("jetstream"), .members(.table("jetstream"))]),
                "what streams may take, in all or for each tier of replicas",
                "jetstream: { R1: { disk: 10GiB, streams: 20 } }"),
        ])

    private static let jetStream = LanguageTable(
        name: "jetstream", title: "Limits of JetStream", meaning: "of the account, or of a tier such as `R3`",
        keys: [
            LanguageKey("disk", .bytesOrUnlimited, "bytes of all streams on disk", "disk: 10GiB"),
            LanguageKey("memory", .bytesOrUnlimited, "bytes of all streams in memory", "memory: 1GiB"),
            LanguageKey("streams", .countOrUnlimited, "streams", "streams: 20"),
            LanguageKey("consumers", .countOrUnlimited, "consumers", "consumers: 100"),
            LanguageKey(
                "ack_pending", .countOrUnlimited, "messages of a consumer that wait to be acknowledged",
                "ack_pending: 1k"),
            LanguageKey("disk_stream", .bytesOrUnlimited, "bytes of one stream on disk", "disk_stream: 1GiB"),
            LanguageKey("memory_stream", .bytesOrUnlimited, "bytes of one stream in memory", "memory_stream: 64MiB"),
            LanguageKey(
                "requires_maximum", .truth, "whether each stream has to say how large it may become",
                "requires_maximum: true"),
        ])

    private static let export = LanguageTable(
        name: "export", title: "An export", meaning: "a stream or a service that other accounts may import",
        keys: [
            LanguageKey("stream", .subject, "what is sent to importers", "stream: plant.*.telemetry.>"),
            LanguageKey("service", .subject, "what importers may ask", "service: orders.place.*"),
            LanguageKey("name", .name, "a name, where the subject is not enough", "name: telemetry"),
            description("everything that machines measure"),
            LanguageKey("private", .truth, "whether it takes a grant to import it", "private: true"),
            LanguageKey(
                "grant", .list(.either([.name, .table("grant")])),
                "who may import it; an export with grants is private", "grant: [ HISTORIAN, { account: SUPPLIER } ]"),
            LanguageKey(
                "response", .table("response"), "how a service answers", "response: { type: single, within: 2s }"),
            LanguageKey(
                "latency", .table("latency"), "how long a service takes is measured",
                "latency: { share: 10%, results: latency.orders }"),
            LanguageKey(
                "account_token", .count, "which token of the subject, from 1, is the importer's key", "account_token: 2"
            ),
            LanguageKey("trace", .truth, "whether traces of messages go on inside", "trace: true"),
            LanguageKey("advertise", .truth, "whether it is shown to everybody", "advertise: true"),
            claims("export_claims", "{ info_url: \"https://plant.example\" }"),
        ])

    private static let grant = LanguageTable(
        name: "grant", title: "A grant", meaning: "an account's name alone grants all of it for ever",
        keys: [
            LanguageKey("account", .name, "the importer", "account: SUPPLIER", isRequired: true),
            LanguageKey("only", .subject, "what it gets of the export", "only: plant.berlin.telemetry.>"),
            LanguageKey("until", .day, "the day on which it ends, at 0:00 UTC", "until: 2028-01-01"),
        ])

    private static let response = LanguageTable(
        name: "response", title: "A response", meaning: "of a service",
        keys: [
            LanguageKey(
                "type", .words(ExportPolicy.Response.Kind.allCases.map(\.rawValue)),
                "one message (`single`), many (`stream`), or one in pieces (`chunked`)",
                "type: single"),
            LanguageKey("within", .duration, "how long it may take", "within: 2s"),
        ])

    private static let latency = LanguageTable(
        name: "latency", title: "Latency", meaning: "of a service",
        keys: [
            LanguageKey(
                "share", .either([.share, .words(["headers"])]),
                "how many requests are measured; `headers` for those that ask for it",
                "share: 10%"),
            LanguageKey("results", .subject, "where measurements are published", "results: latency.orders"),
        ])

    private static let item = LanguageTable(
        name: "import", title: "An import", meaning: "lies inside an export that grants it",
        keys: [
            LanguageKey(
                "stream", .subject, "what is received, as the exporter calls it", "stream: plant.*.telemetry.>"),
            LanguageKey("service", .subject, "what is asked, as the exporter calls it", "service: billing.quote"),
            LanguageKey("from", .name, "the exporter", "from: GLOBEX", isRequired: true),
            LanguageKey("as", .subject, "what it is called here", "as: quotes.get"),
            LanguageKey("name", .name, "a name, where the subject is not enough", "name: quotes"),
            LanguageKey("share", .truth, "whether the exporter sees who asks", "share: true"),
            LanguageKey("trace", .truth, "whether traces of messages go on inside", "trace: true"),
            claims("import_claims", "{ to: old.quotes }"),
        ])

    private static let stream = LanguageTable(
        name: "stream", title: "A stream", meaning: "an undeclared one counts as holding everything",
        keys: [
            LanguageKey("subjects", .list(.subject), "what it keeps", "subjects: [ \"plant.>\" ]"),
            LanguageKey(
                "consumers", .members(.table("consumer")), "durable consumers by name",
                "consumers: { billing: { filter: plant.*.bill } }"),
        ])

    private static let consumer = LanguageTable(
        name: "consumer", title: "A consumer", meaning: "of a stream",
        keys: [
            LanguageKey(
                "filter", .either([.subject, .list(.subject)]), "what it gets of the stream; everything without it",
                "filter: plant.*.bill")
        ])

    static let audit = LanguageTable(
        name: "audit", title: "Audit", meaning: "what is put on record beyond what always is",
        keys: [
            LanguageKey(
                "allowed", .list(.subject), "subjects whose allowed use is recorded", "allowed: [ \"orders.>\" ]"),
            LanguageKey("sample", .share, "how much of what is allowed", "sample: 1%"),
            LanguageKey(
                "required", .list(.words(AuditPolicy.Event.allCases.map(\.rawValue))),
                "what is refused where it cannot be recorded, of `connect`, `denied` and `allowed`",
                "required: [ connect, denied ]"),
            LanguageKey(
                "hide", .list(.text), "subjects whose tokens in `{*}` are not recorded",
                "hide: [ \"customer.{*}.>\" ]"),
            LanguageKey("address", .matching("/[0-9]{1,3}"), "how many bits of an address are kept", "address: /24"),
        ])
}
