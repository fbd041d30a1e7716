// What `claims` would take the place of: a field that a key of the language gives already is no field to be given twice.

import Claims

/// A key of the language, and the field of the claims that it gives.
struct GivenField {
    let field: String
    let key: String
    var position: PolicyPosition?
}

extension RolePolicy {
    /// The fields that its file gives in the language's words, those of the roles that it is put together from among them.
    var givenFields: [GivenField] {
        var fields: [GivenField] = []
        func add(_ names: [String], _ key: String, _ position: PolicyPosition?) {
            fields += names.map { GivenField(field: $0, key: key, position: position) }
        }
        for (access, field, key) in [(publish, "pub", "publish"), (subscribe, "sub", "subscribe")] {
            if access.position != nil || !access.isNothing || !access.denied.isEmpty {
                add([field], key, access.position)
            }
        }
        if let first = queue.first { add(["sub"], "queue", first.subject.position) }
        if let first = deniedQueue.first { add(["sub"], "deny_queue", first.subject.position) }
        if let first = call.first { add(["pub", "sub"], "call", first.position) }
        if let first = serve.first { add(["pub", "sub", "resp"], "serve", first.subject.position) }
        if let first = work.first { add(["pub", "sub"], "work", first.position) }
        if let first = read.first { add(["pub"], "read", first.position) }
        if let first = manage.first { add(["pub"], "manage", first.position) }
        if let first = keyValue.first { add(["pub", "sub"], "kv", first.position) }
        if let first = objects.first { add(["pub"], "objects", first.position) }
        if let mqtt { add(["pub", "sub", "allowed_connection_types"], "mqtt", mqtt.position) }
        if let inbox, inbox.value != .none { add(["sub"], "inbox", inbox.position) }
        if let first = networks.first { add(["src"], "from", first.position) }
        if let hours { add(["times", "times_location"], "hours", hours.zone.position) }
        if let first = connections.first { add(["allowed_connection_types"], "connections", first.position) }
        if limits.subscriptions != nil { add(["subs"], "limits: subscriptions", nil) }
        if limits.payload != nil { add(["payload"], "limits: payload", nil) }
        return fields
    }
}

extension AccountPolicy {
    /// The fields of `limits`, and the sources of `mappings`, that the file gives in the language's words.
    var givenFields: [String: [GivenField]] {
        var given: [String: [GivenField]] = [:]
        for (limit, field, key) in [
            (limits.connections, "conn", "connections"), (limits.leafNodes, "leaf", "leaf_nodes"),
            (limits.subscriptions, "subs", "subscriptions"), (limits.payload, "payload", "payload"),
            (limits.imports, "imports", "imports"), (limits.exports, "exports", "exports"),
        ] where limit != nil {
            given["limits", default: []].append(
                GivenField(field: field, key: "limits: \(key)", position: limits.position))
        }
        if limits.jetStream != nil {
            for field in [
                "mem_storage", "disk_storage", "streams", "consumer", "max_ack_pending", "mem_max_stream_bytes",
                "disk_max_stream_bytes", "max_bytes_required", "tiered_limits",
            ] {
                given["limits", default: []].append(
                    GivenField(field: field, key: "limits: jetstream", position: limits.position))
            }
        }
        given["mappings"] = mappings.map {
            GivenField(field: $0.source.text, key: "mappings: \($0.source.text)", position: $0.source.position)
        }
        return given
    }
}

extension ExportPolicy {
    var givenFields: [GivenField] {
        var fields: [GivenField] = []
        if let name { fields.append(.init(field: "name", key: "name", position: name.position)) }
        if isPrivate { fields.append(.init(field: "token_req", key: "private")) }
        if let grant = grants.first { fields.append(.init(field: "token_req", key: "grant", position: grant.position)) }
        if let kind = response.kind {
            fields.append(.init(field: "response_type", key: "response: type", position: kind.position))
        }
        if let within = response.within {
            fields.append(.init(field: "response_threshold", key: "response: within", position: within.position))
        }
        if let latency { fields.append(.init(field: "service_latency", key: "latency", position: latency.position)) }
        if let accountToken {
            fields.append(.init(field: "account_token_position", key: "account_token", position: accountToken.position))
        }
        if allowsTrace { fields.append(.init(field: "allow_trace", key: "trace")) }
        if isAdvertised { fields.append(.init(field: "advertise", key: "advertise")) }
        return fields
    }
}

extension ImportPolicy {
    var givenFields: [GivenField] {
        var fields: [GivenField] = []
        if let name { fields.append(.init(field: "name", key: "name", position: name.position)) }
        if let local {
            for field in ["local_subject", "to"] {
                fields.append(.init(field: field, key: "as", position: local.position))
            }
        }
        if isShared { fields.append(.init(field: "share", key: "share")) }
        if allowsTrace { fields.append(.init(field: "allow_trace", key: "trace")) }
        return fields
    }
}

extension PolicyProblem {
    /// That fields of `claims` would take the place of what keys give.
    static func conflicts(
        _ members: [RawValue.Member], _ given: [GivenField], in source: PolicySource?
    ) -> [PolicyProblem] {
        members.compactMap { member in
            guard let field = given.first(where: { $0.field == member.name }) else { return nil }
            return PolicyProblem(
                .conflict, at: member.value.position, in: source,
                "claims would take the place of \"\(field.key)\" by giving \(member.name)",
                remedy: "say it once: under \"\(field.key)\", and not under claims",
                related: field.position.map { .init(position: $0, message: "what it would take the place of") })
        }
    }
}

// MARK: What no claims have

extension RawValue {
    /// Names and numbers; a name in quotes is one, whatever it has inside.
    private static func steps(of path: String) -> [String] {
        path.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { number, part in
            number.isMultiple(of: 2) ? part.split { ".[]".contains($0) }.map(String.init) : [String(part)]
        }
    }

    /// A value inside of members, by a path such as `pub.allow[1]`; the last that there is on the way.
    static func find(_ path: String, in members: [Member]) -> RawValue? {
        var current: RawValue?
        var content = Content.members(members)
        for step in steps(of: path) {
            switch content {
            case .members(let members):
                guard let next = members.first(where: { $0.name == step }) else { return current }
                current = next.value
            case .list(let elements):
                guard let index = Int(step), elements.indices.contains(index) else { return current }
                current = elements[index]
            case .nothing, .text: return current
            }
            content = current?.content ?? .nothing
        }
        return current
    }
}

extension PolicyProblem {
    /// That a field under `claims` is not what claims have there: what it is, where it stands.
    static func claims(
        _ members: [RawValue.Member], at position: PolicyPosition, _ error: ClaimsError, in source: PolicySource?
    ) -> PolicyProblem {
        let detail = error.message.components(after: "): ") ?? error.message
        return claims(members, at: position, error.path, detail, in: source)
    }

    /// That servers do not take what fields under `claims` give.
    ///
    /// - Parameters:
    ///   - given: what is wrong with the claims that have the fields.
    ///   - otherwise: what is wrong with them without.
    static func claims(
        _ members: [RawValue.Member], at position: PolicyPosition, _ given: [ValidationIssue],
        besides otherwise: [ValidationIssue] = [], in source: PolicySource?
    ) -> [PolicyProblem] {
        let known = Set(otherwise)
        return given.filter { $0.level == .error && !known.contains($0) }.map { issue in
            claims(members, at: position, issue.path, issue.description, in: source)
        }
    }

    private static func claims(
        _ members: [RawValue.Member], at position: PolicyPosition, _ path: String, _ detail: String,
        in source: PolicySource?
    ) -> PolicyProblem {
        // The path leads through the token that was made; what stands in the file begins at one of its members.
        let steps = path.split(separator: ".").map(String.init)
        let start = steps.firstIndex { step in members.contains { $0.name == step.prefix { $0 != "[" } } }
        let path = start.map { steps[$0...].joined(separator: ".") } ?? ""
        guard let found = RawValue.find(path, in: members) else {
            return PolicyProblem(
                .wrongValue, at: position, in: source, "claims has something that no claims have: \(detail)")
        }
        return PolicyProblem(
            .wrongValue, at: found.position, in: source, "claims cannot give \(path) as \(found.words): \(detail)",
            remedy: "write what the claims have there")
    }
}

extension RawValue {
    /// A text as it is, anything else in a word.
    fileprivate var words: String {
        switch content {
        case .nothing: "nothing"
        case .text(let text, isQuoted: _): "\"\(text.prefix(100))\""
        case .list: "a list"
        case .members: "a mapping"
        }
    }
}

extension String {
    /// What follows the first place where something stands.
    fileprivate func components(after mark: String) -> String? {
        guard let range = firstRange(of: mark) else { return nil }
        return String(self[range.upperBound...])
    }
}
