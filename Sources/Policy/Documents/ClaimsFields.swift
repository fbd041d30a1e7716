/// The fields that may stand under `claims`: what is none of them would be lost without a word.
indirect enum ClaimsFields: Sendable {
    /// No fields of its own.
    case value
    case members([String: ClaimsFields])
    /// A list of such.
    case list(ClaimsFields)
    /// Members whose names are free, each with such a value.
    case named(ClaimsFields)

    private static func values(_ names: String...) -> [String: ClaimsFields] {
        Dictionary(names.map { ($0, .value) }, uniquingKeysWith: { first, _ in first })
    }

    private static let permissions: [String: ClaimsFields] = [
        "pub": .members(values("allow", "deny")), "sub": .members(values("allow", "deny")),
        "resp": .members(values("max", "ttl")),
    ]

    /// Of a role, and of a user's own.
    static let role = members(
        permissions.merging([
            "src": .value, "times": .list(.members(values("start", "end"))), "times_location": .value,
            "subs": .value, "data": .value, "payload": .value, "bearer_token": .value, "proxy_required": .value,
            "allowed_connection_types": .value,
        ]) { $1 })

    private static let jetStream = values(
        "mem_storage", "disk_storage", "streams", "consumer", "max_ack_pending", "mem_max_stream_bytes",
        "disk_max_stream_bytes", "max_bytes_required")

    static let account = members([
        "limits": .members(
            values(
                "subs", "data", "payload", "imports", "exports", "wildcards", "disallow_bearer", "conn", "leaf"
            ).merging(jetStream) { $1 }.merging(["tiered_limits": .named(.members(jetStream))]) { $1 }),
        "mappings": .named(.list(.members(values("subject", "weight", "cluster")))),
        "default_permissions": .members(permissions), "trace": .members(values("dest", "sampling")),
        "cluster_traffic": .value, "info_url": .value, "tags": .value,
    ])

    static let export = members(
        values(
            "name", "token_req", "response_type", "response_threshold", "account_token_position", "advertise",
            "allow_trace", "info_url"
        ).merging(["service_latency": .members(values("sampling", "results"))]) { $1 })

    static let item = members(values("name", "to", "local_subject", "share", "allow_trace"))
}

extension PolicyReader {
    /// Reports what is no field there.
    ///
    /// - Parameters:
    ///   - governed: names of which others say that they cannot be given.
    ///   - what: the name of what has the fields.
    mutating func check(_ node: PolicyNode, _ fields: ClaimsFields, besides governed: [String] = [], _ what: String) {
        switch (fields, node.content) {
        case (.members(let known), .mapping(let members)):
            for member in members where !governed.contains(member.name) {
                guard let field = known[member.name] else {
                    report(
                        .unknownKey, at: member.key.position, "\(what) has no field \"\(member.name)\"",
                        remedy: Suggestion.nearest(to: member.name, in: known.keys.sorted()).map {
                            "did you mean \($0)?"
                        } ?? "it has: \(known.keys.sorted().joined(separator: ", "))")
                    continue
                }
                check(member.value, field, member.name)
            }
        case (.named(let field), .mapping(let members)):
            for member in members { check(member.value, field, member.name) }
        case (.list(let field), .list(let elements)):
            for element in elements { check(element, field, what) }
        default: break
        }
    }
}
