import Administration
import Claims

/// The forms of edits, in the words of NATS's own tokens where there are some.
enum EditForms {
    static func list(_ about: String) -> EditForm<ListEdits> {
        EditForm(
            about, [.texts("remove", \.remove, "Taken out first."), .texts("add", \.add, "Added unless it is there.")])
    }

    static let validity = EditForm<Validity>(
        "When the token counts; 0 for always.",
        [
            .integer("not_before", \.notBefore, "The first Unix second.", 0...253_402_300_799),
            .integer("expires", \.expires, "The last Unix second.", 0...253_402_300_799),
        ])

    static let permissions = EditForm<PermissionEdits>(
        "Changes to what may be published and subscribed to.",
        [
            .texts("allow_pub", \.allowPublish), .texts("allow_sub", \.allowSubscribe),
            .texts("deny_pub", \.denyPublish), .texts("deny_sub", \.denySubscribe),
            .texts("remove", \.remove, "Taken out of all four first."),
            .count("resp_max", \.responseMaxMessages, "Answers to a request; -1 for any number.", -1...1_000_000_000),
            .integer("resp_ttl", \.responseExpires, "Nanoseconds after the request; -1 for ever."),
            .truth("remove_resp", \.removeResponse, "Whether the leave to answer is taken away first."),
        ])

    static let jetStream = EditForm<JetStreamEdits>(
        "Changes to JetStream limits.",
        [
            .truth("disable", \.disable, "Whether all of them are removed first."),
            .integer("remove_tier", \.removeTier, "Replicas of a tier that is removed.", 0...5),
            .integer("enable", \.enable, "Replicas of a tier without limits; 0 for the account.", 0...5),
            .integer("tier", \.tier, "Replicas of the tier that is meant; 0 for the account.", 0...5),
            .integer("mem_storage", \.memoryStorage), .integer("disk_storage", \.diskStorage),
            .integer("streams", \.streams), .integer("consumer", \.consumers),
            .integer("max_ack_pending", \.maxAckPending), .integer("mem_max_stream_bytes", \.memoryMaxStreamBytes),
            .integer("disk_max_stream_bytes", \.diskMaxStreamBytes),
            .flag("max_bytes_required", \.maxBytesRequired),
        ])

    static let operatorEdits = EditForm<OperatorEdits>(
        "Changes to an operator.",
        [
            .list("signing_keys", \.signingKeys, "`generate`, or keys."), .list("tags", \.tags),
            .list("service_urls", \.serviceURLs, "Where clients connect."),
            .text(
                "account_server_url", \.accountServerURL,
                "Where servers and tools find account tokens; empty for nowhere.", most: 1_024),
            .reference("system_account", \.systemAccount, "By name or key."),
            .flag(
                "require_signing_keys", \.requireSigningKeys, "Whether identity keys may sign nothing but themselves."),
            .part("validity", \.validity, validity),
        ])

    /// What an account's own administrator may change.
    static let account = EditForm<AccountEdits>(
        "Changes to an account; limits, validity and signing keys are for those who administer its operator.",
        [
            .integer("conn", \.connections), .integer("leaf", \.leafNodeConnections), .integer("data", \.data),
            .integer("payload", \.payload), .integer("subs", \.subscriptions), .integer("exports", \.exports),
            .integer("imports", \.imports), .flag("wildcards", \.wildcardExports),
            .flag("disallow_bearer", \.disallowBearer), .part("jetstream", \.jetStream, jetStream),
            .part("default_permissions", \.defaultPermissions, permissions), .list("tags", \.tags),
            .part("validity", \.validity, validity), .text("description", \.description),
            .text("info_url", \.infoURL),
            .text("trace_dest", \.traceSubject, "Where traces go; empty for nowhere.", most: 1_024),
            .integer("trace_sampling", \.traceSampling, "Per cent of the messages.", 1...100),
        ])

    static let userLimits = EditForm<UserLimitEdits>(
        "Changes to permissions and limits.",
        [
            .part("permissions", \.permissions, permissions), .integer("subs", \.subscriptions),
            .integer("data", \.data), .integer("payload", \.payload),
            .flag("bearer_token", \.bearer, "Whether the token alone signs in."),
            .list("src", \.sources, "Networks in CIDR notation."),
            .list("allowed_connection_types", \.connectionTypes),
            .list("times", \.hours, "Hours, each HH:MM:SS-HH:MM:SS."),
            .text("times_location", \.timeZone, "The IANA time zone of the hours.", most: 64),
        ])

    static let user = EditForm<UserEdits>(
        "Changes to a user.",
        [
            .part("limits", \.limits, userLimits), .list("tags", \.tags), .part("validity", \.validity, validity),
        ])

    static let role = EditForm<RoleEdits>(
        "Changes to roles.",
        [
            .text("role", \.role, "Another name.", most: 256), .text("description", \.description),
            .part("limits", \.limits, userLimits),
        ])

    static let callout = EditForm<CalloutEdits>(
        "Changes to who decides about connections.",
        [
            .truth("disable", \.disable, "Whether everything is taken out first."),
            .list("auth_users", \.users, "Users that answer, by name or key."),
            .list("allowed_accounts", \.allowedAccounts, "Accounts by name or key, or * for any."),
            .text("xkey", \.curve, "The curve key, `generate`, or empty for none.", most: 256),
        ])

    static let export = EditForm<ExportEdits>(
        "Changes to an export.",
        [
            .text("name", \.name, "By default the subject.", most: 256),
            .flag("service", \.isService, "Whether it is a service rather than a stream."),
            .flag("token_req", \.isPrivate, "Whether importers need an activation."),
            .text("response_type", \.responseType, "Singleton, Stream or Chunked.", most: 64),
            .integer("response_threshold", \.responseThreshold, "Nanoseconds for an answer."),
            .text("latency", \.latencySubject, "Where latencies are told.", most: 1_024),
            .count("latency_sampling", \.latencySampling, "Per cent; 0 for what headers ask for.", 0...100),
            .truth("remove_latency", \.removeLatency, "Whether measuring ends."),
            .init(
                member: .optional(
                    "account_token_position", .integer("The token that must be the importer's key.", 0...255)),
                write: { $0.accountTokenPosition.map { .integer($0) } },
                read: { json, value in value.accountTokenPosition = json.integer.map { UInt(clamping: $0) } }),
            .flag("allow_trace", \.allowTrace), .flag("advertise", \.advertise),
            .text("description", \.description), .text("info_url", \.infoURL),
        ])

    static let newImport = EditForm<NewImport>(
        "An import.",
        [
            .reference("account", \.source, "The exporting account's key, or, for who sees it, its name."),
            .text("subject", \.remoteSubject, "The subject there.", most: 1_024),
            .text("local_subject", \.localSubject, "The subject here.", most: 1_024),
            .text("name", \.name, "By default the subject.", most: 256),
            .truth("service", \.isService, "Whether it is a service rather than a stream."),
            .truth("share", \.share, "Whether a service's exporter is told who asks."),
            .truth("allow_trace", \.allowTrace),
            .text("activation", \.activation, "The activation token, for a private export.", most: 65_536),
        ])

    static let mapping = EditForm<NewMapping>(
        "A destination of a mapping.",
        [
            .init(
                member: .required("from", .text("", most: 1_024)), write: { .string($0.source) },
                read: { $1.source = $0.text ?? "" }),
            .init(
                member: .required("to", .text("", most: 1_024)), write: { .string($0.destination) },
                read: { $1.destination = $0.text ?? "" }),
            .init(
                member: .optional("weight", .integer("Per cent; by default all.", 1...100)),
                write: { $0.weight.map { .integer($0) } }, read: { $1.weight = $0.integer.map { UInt8(clamping: $0) } }),
            .text("cluster", \.cluster, "The cluster it is for.", most: 256),
        ])
}
