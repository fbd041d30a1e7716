/// The fields that may stand under `claims`: what is none of them would be lost without a word.
///
/// The schema for editors is made of them too. Whether servers take a value is seen once there are claims with it.
indirect enum ClaimsFields: Sendable {
    case text
    case number
    case truth
    /// `08:00:00`
    case clock
    /// One of these words, in capitals or in small letters where it says so.
    case words([String], inAnyCase: Bool = false)
    case either([ClaimsFields])
    case members([String: ClaimsFields])
    /// A list of such.
    case list(ClaimsFields)
    /// Members whose names are free, each with such a value.
    case named(ClaimsFields)

    private static let subjects = members(["allow": list(text), "deny": list(text)])
    private static let permissions = [
        "pub": subjects, "sub": subjects, "resp": members(["max": number, "ttl": number]),
    ]

    /// Of a role, and of a user's own.
    static let role = members(
        permissions.merging([
            // Networks may stand in one text, with commas.
            "src": either([list(text), text]), "times": list(members(["start": clock, "end": clock])),
            "times_location": text, "subs": number, "data": number, "payload": number, "bearer_token": truth,
            "proxy_required": truth,
            "allowed_connection_types": list(words(PolicyReader.connectionWords, inAnyCase: true)),
        ]) { $1 })

    private static let jetStream = [
        "mem_storage": number, "disk_storage": number, "streams": number, "consumer": number,
        "max_ack_pending": number, "mem_max_stream_bytes": number, "disk_max_stream_bytes": number,
        "max_bytes_required": truth,
    ]

    private static let limits = [
        "subs": number, "data": number, "payload": number, "imports": number, "exports": number, "wildcards": truth,
        "disallow_bearer": truth, "conn": number, "leaf": number, "tiered_limits": named(members(jetStream)),
    ]

    static let account = members([
        "limits": members(limits.merging(jetStream) { $1 }),
        "mappings": named(list(members(["subject": text, "weight": number, "cluster": text]))),
        "default_permissions": members(permissions), "trace": members(["dest": text, "sampling": number]),
        "cluster_traffic": words(["system", "owner"]), "info_url": text, "tags": list(text),
    ])

    static let export = members([
        "name": text, "token_req": truth, "response_type": words(["Singleton", "Stream", "Chunked"]),
        "response_threshold": number, "account_token_position": number, "advertise": truth, "allow_trace": truth,
        "info_url": text,
        "service_latency": members([
            "sampling": either([number, words(["HEADERS"], inAnyCase: true)]), "results": text,
        ]),
    ])

    static let item = members([
        "name": text, "to": text, "local_subject": text, "share": truth, "allow_trace": truth,
    ])
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
