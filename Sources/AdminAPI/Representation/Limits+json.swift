import Claims

// Limits and permissions in the words of NATS's own tokens.

extension AccountLimits {
    private static let plain: [(name: String, path: any WritableKeyPath<AccountLimits, Int64> & Sendable)] = [
        ("subs", \.subscriptions), ("data", \.data), ("payload", \.payload), ("imports", \.imports),
        ("exports", \.exports), ("conn", \.connections), ("leaf", \.leafNodeConnections),
    ]

    var json: JSONValue {
        var members: TextDictionary<JSONValue> = [:]
        for (name, path) in Self.plain { members[name] = .integer(self[keyPath: path]) }
        members["wildcards"] = .bool(wildcardExports)
        members["disallow_bearer"] = .bool(disallowBearer)
        var tiers: TextDictionary<JSONValue> = [:]
        for (tier, limits) in tieredJetStream { tiers[tier] = limits.json }
        members["tiered_limits"] = .object(tiers)
        return JSONValue.object(members).adding(jetStream.json)
    }

    /// Reads what was checked against the schema; what is left out is unlimited, and JetStream is not there.
    init(_ json: JSONValue) {
        self = .unlimited
        for (name, path) in Self.plain { if let value = json[name]?.integer { self[keyPath: path] = value } }
        wildcardExports = json["wildcards"]?.flag ?? true
        disallowBearer = json["disallow_bearer"]?.flag ?? false
        jetStream = JetStreamLimits(json)
        for (tier, limits) in json["tiered_limits"]?.members ?? [:] { tieredJetStream[tier] = JetStreamLimits(limits) }
    }

    static let schema = Schema.object(
        "The limits of an account; -1 for none. What is left out is unlimited, but JetStream, which is not there.",
        plain.map { .optional($0.name, .integer("", -1...Schema.exactIntegers.upperBound)) }
            + [
                .optional("wildcards", .flag("Whether exports may have wildcards.")),
                .optional("disallow_bearer", .flag("Whether users whose token alone signs in are refused.")),
            ]
            + JetStreamLimits.members
            + [.optional("tiered_limits", .map(of: .object("", JetStreamLimits.members), "By tier, such as R3."))])
}

extension JetStreamLimits {
    private static let plain: [(name: String, path: any WritableKeyPath<JetStreamLimits, Int64> & Sendable)] = [
        ("mem_storage", \.memoryStorage), ("disk_storage", \.diskStorage), ("streams", \.streams),
        ("consumer", \.consumers), ("max_ack_pending", \.maxAckPending),
        ("mem_max_stream_bytes", \.memoryMaxStreamBytes), ("disk_max_stream_bytes", \.diskMaxStreamBytes),
    ]

    var json: JSONValue {
        var members: TextDictionary<JSONValue> = [:]
        for (name, path) in Self.plain { members[name] = .integer(self[keyPath: path]) }
        members["max_bytes_required"] = .bool(maxBytesRequired)
        return .object(members)
    }

    init(_ json: JSONValue) {
        self.init()
        for (name, path) in Self.plain { if let value = json[name]?.integer { self[keyPath: path] = value } }
        maxBytesRequired = json["max_bytes_required"]?.flag ?? false
    }

    fileprivate static var members: [Schema.Member] {
        plain.map { .optional($0.name, .integer("", -1...Schema.exactIntegers.upperBound)) }
            + [.optional("max_bytes_required", .flag())]
    }
}

extension Permissions {
    var json: JSONValue {
        .members([
            "pub": publish.json, "sub": subscribe.json,
            "resp": response.map { .members(["max": .integer($0.maxMessages), "ttl": .integer($0.expires)]) },
        ])
    }

    /// Reads what was checked against the schema; what is left out allows everything.
    init(_ json: JSONValue) {
        self.init(publish: Permission(json["pub"]), subscribe: Permission(json["sub"]))
        if let response = json["resp"], response.members != nil {
            self.response = ResponsePermission(
                maxMessages: Int(clamping: response["max"]?.integer ?? 1), expires: response["ttl"]?.integer ?? 0)
        }
    }

    static let schema = Schema.object("What may be published and subscribed to.", members)

    static var members: [Schema.Member] {
        let subjects = Schema.list(.text("", most: 1_024), "", most: 10_000)
        let lists = Schema.object("", [.optional("allow", subjects), .optional("deny", subjects)])
        var response = Schema.object(
            "Leave to answer requests.",
            [
                .optional("max", .integer("Answers to a request; -1 for any number.", -1...1_000_000_000)),
                .optional(
                    "ttl", .integer("Nanoseconds after the request; -1 for ever.", -1...Schema.exactIntegers.upperBound)
                ),
            ])
        response.isNullable = true
        return [.optional("pub", lists), .optional("sub", lists), .optional("resp", response)]
    }
}

extension Permission {
    fileprivate var json: JSONValue { .members(["allow": .texts(allow), "deny": .texts(deny)]) }

    fileprivate init(_ json: JSONValue?) {
        self.init(allow: json?["allow"]?.textElements ?? [], deny: json?["deny"]?.textElements ?? [])
    }
}

extension UserPermissionLimits {
    var json: JSONValue {
        JSONValue.members([
            "src": .texts(sources),
            "times": .array(times.map { .members(["start": .string($0.start), "end": .string($0.end)]) }),
            "times_location": .string(timeZone), "subs": .integer(subscriptions), "data": .integer(data),
            "payload": .integer(payload), "bearer_token": .bool(bearerToken), "proxy_required": .bool(proxyRequired),
            "allowed_connection_types": .texts(allowedConnectionTypes),
        ]).adding(permissions.json)
    }

    /// Reads what was checked against the schema; what is left out is unlimited.
    init(_ json: JSONValue) {
        self.init()
        permissions = Permissions(json)
        sources = json["src"]?.textElements ?? []
        times = (json["times"]?.elements ?? []).map {
            TimeRange(start: $0["start"]?.text ?? "", end: $0["end"]?.text ?? "")
        }
        timeZone = json["times_location"]?.text ?? ""
        subscriptions = json["subs"]?.integer ?? -1
        data = json["data"]?.integer ?? -1
        payload = json["payload"]?.integer ?? -1
        bearerToken = json["bearer_token"]?.flag ?? false
        proxyRequired = json["proxy_required"]?.flag ?? false
        allowedConnectionTypes = json["allowed_connection_types"]?.textElements ?? []
    }

    static let schema = Schema.object(
        "Permissions and limits; -1 for no limit. What is left out is unlimited.",
        Permissions.members + [
            .optional("src", .list(.text("A network in CIDR notation.", most: 64), "", most: 1_000)),
            .optional(
                "times",
                .list(
                    .object(
                        "",
                        [.required("start", .text("HH:MM:SS", most: 8)), .required("end", .text("HH:MM:SS", most: 8))]),
                    "Hours to connect in.", most: 100)),
            .optional("times_location", .text("The IANA time zone of the hours.", most: 64)),
            .optional("subs", .integer("Subscriptions.", -1...Schema.exactIntegers.upperBound)),
            .optional("data", .integer("", -1...Schema.exactIntegers.upperBound)),
            .optional("payload", .integer("Bytes of the largest message.", -1...Schema.exactIntegers.upperBound)),
            .optional("bearer_token", .flag("Whether the token alone signs in.")),
            .optional("proxy_required", .flag()),
            .optional(
                "allowed_connection_types",
                .list(
                    .text(
                        "",
                        oneOf: ["STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS", "IN_PROCESS"]),
                    "", most: 7)),
        ])
}
