import Claims

extension PolicyReader {
    mutating func roles(_ node: PolicyNode) -> [RolePolicy] {
        members(of: node, "roles").compactMap { member in
            guard let name = name(member.key, "a role's name"), checkRoleName(name, at: member.key.position) else {
                return nil
            }
            var role = RolePolicy(name: name, position: member.key.position)
            read(member.value, "a role", into: &role, Self.roleKeys)
            check(role)
            return role
        }
    }

    /// A role's name is a token of the inboxes that its holders share.
    private mutating func checkRoleName(_ name: String, at position: PolicyPosition) -> Bool {
        guard PolicyValue.fits(name, .token), name.utf8.count <= 64 else {
            report(
                .wrongValue, at: position, "\"\(name)\" cannot be a role's name",
                remedy: "take up to 64 letters, digits, - and _")
            return false
        }
        return true
    }

    static let roleKeys: Keys<RolePolicy> = [
        ("description", { $2.description = $0.prose($1, "description") ?? "" }),
        ("was", { $2.was = $0.placedName($1, "was") }),
        ("tags", { $2.tags = $0.tags($1) }),
        ("publish", { $0.access($1, "publish", into: &$2.publish) }),
        ("subscribe", { $0.access($1, "subscribe", into: &$2.subscribe) }),
        ("queue", { $2.queue = $0.queues($1, "queue") }),
        ("deny_queue", { $2.deniedQueue = $0.queues($1, "deny_queue") }),
        ("call", { $2.call = $0.subjects($1, "call") }),
        ("serve", { $2.serve = $0.services($1) }),
        ("work", { $2.work = $0.works($1) }),
        ("read", { $2.read = $0.streamNames($1, "read") }),
        ("manage", { $2.manage = $0.streamNames($1, "manage") }),
        ("kv", { $2.keyValue = $0.keyValues($1) }),
        ("objects", { $2.objects = $0.objectStores($1) }),
        ("mqtt", { $2.mqtt = $0.mqtt($1) }),
        ("inbox", { $2.inbox = $0.word($1, "inbox") }),
        ("replies", { $2.replies = $0.word($1, "replies") }),
        ("includes", { $2.includes = $0.names($1, "includes") }),
        ("from", { $2.networks = $0.networks($1) }),
        ("hours", { $2.hours = $0.hours($1) }),
        ("connections", { $2.connections = $0.connectionKinds($1) }),
        ("expires", { $2.lifetime = $0.lifetime($1) }),
        ("limits", { $0.read($1, "a role's limits", into: &$2.limits, roleLimitKeys) }),
        ("claims", { $2.claims = $0.roleClaims($1) }),
    ]

    static let roleLimitKeys: Keys<RoleLimits> = [
        ("subscriptions", { $2.subscriptions = $0.limit($1, "subscriptions") }),
        ("payload", { $2.payload = $0.limit($1, "payload", isBytes: true) }),
    ]

    mutating func names(_ node: PolicyNode, _ what: String) -> [Placed<String>] {
        elements(of: node, what).compactMap { element in
            name(element, "an entry of \(what)").map { Placed($0, element.position) }
        }
    }

    /// `{ plant: [ berlin, munich ] }`
    private mutating func tags(_ node: PolicyNode) -> [RolePolicy.Tag] {
        members(of: node, "tags").compactMap { member in
            guard let name = name(member.key, "a tag's name") else { return nil }
            let values = names(member.value, "the values of \(name)")
            for value in values {
                guard PolicyValue.fits(value.value, .token) else {
                    report(
                        .wrongValue, at: value.position, "\"\(value.value)\" does not fill exactly one token",
                        remedy: "take letters, digits, - and _")
                    continue
                }
                // Servers compare tags in lower case.
                if value.value != value.value.lowercased() {
                    report(
                        .wrongValue, at: value.position, "the value of a tag has upper-case letters, which JWTs lose",
                        remedy: "write \(value.value.lowercased())")
                }
            }
            if name != name.lowercased() {
                report(
                    .wrongValue, at: member.key.position, "the name of a tag has upper-case letters, which JWTs lose",
                    remedy: "write \(name.lowercased())")
            }
            return RolePolicy.Tag(name: name, position: member.key.position, values: values)
        }
    }

    /// `{ price.quote: { name: prices, queue: q, answers: 1, within: 2s } }`
    private mutating func services(_ node: PolicyNode) -> [RolePolicy.Service] {
        members(of: node, "serve").compactMap { member in
            guard let subject = subject(member.key, "a subject of serve") else { return nil }
            var service = RolePolicy.Service(subject: subject)
            read(member.value, "a service", into: &service, Self.serviceKeys)
            check(service)
            return service
        }
    }

    /// A service is in one group and has one name: with wildcards it would be in, or be called, whatever others are.
    private mutating func check(_ service: RolePolicy.Service) {
        if let queue = service.queue, checkGroup(queue.value, at: queue.position),
            queue.value.split(separator: ".").contains(where: { $0 == "*" || $0 == ">" })
        {
            report(
                .wrongSubject, at: queue.position,
                "a service is in one queue group, and \(queue.value) stands for many",
                remedy: "write the name of the group that its instances share")
        }
        if let name = service.name, !PolicyValue.fits(name.value, .token) {
            report(
                .wrongValue, at: name.position, "\"\(name.value)\" is no name of a service",
                remedy: "take letters, digits, - and _")
        }
    }

    static let serviceKeys: Keys<RolePolicy.Service> = [
        ("name", { $2.name = $0.placedName($1, "name") }),
        ("queue", { $2.queue = $0.placedName($1, "queue") }),
        (
            "answers",
            { reader, node, service in
                guard let answers = reader.count(node, "answers") else { return }
                guard (1...1_000_000).contains(answers) else {
                    return reader.report(
                        .wrongValue, at: node.position, "answers is not \(answers)", remedy: "write 1 to 1M")
                }
                service.answers = answers
            }
        ),
        ("within", { $2.within = $0.duration($1, "within") }),
    ]

    /// `30d`, or `{ default: 24h, most: 30d }`
    mutating func lifetime(_ node: PolicyNode) -> RolePolicy.Lifetime? {
        var lifetime = RolePolicy.Lifetime(position: node.position)
        if case .text = node.content {
            lifetime.usual = time(node, "expires")
            lifetime.most = lifetime.usual
            return lifetime
        }
        read(node, "expires", into: &lifetime, Self.lifetimeKeys)
        if let usual = lifetime.usual, let most = lifetime.most, usual > most {
            report(.wrongValue, at: node.position, "the default is longer than the most")
        }
        return lifetime
    }

    static let lifetimeKeys: Keys<RolePolicy.Lifetime> = [
        ("default", { $2.usual = $0.time($1, "default") }), ("most", { $2.most = $0.time($1, "most") }),
    ]

    /// How long credentials are good for, which is no moment.
    mutating func time(_ node: PolicyNode, _ what: String) -> Int64? {
        let length = duration(node, what)
        guard length == 0 else { return length }
        report(
            .wrongValue, at: node.position, "\(what) is no time at all: nobody could use what is issued",
            remedy: "write a time such as 24h, or leave it out if credentials are good for ever")
        return nil
    }

    // MARK: What fits together

    mutating func check(_ role: RolePolicy) {
        for (access, what) in [(role.publish, "publish"), (role.subscribe, "subscribe")] {
            guard !access.denied.isEmpty, access.isNothing, let position = access.position else { continue }
            // An allow under queue counts for a subscribe deny.
            if what == "subscribe", !role.queue.isEmpty { continue }
            report(
                .denyWithoutAllow, at: position, "\(what) denies and allows nothing",
                remedy: "a role may do only what it is allowed; write allow: everything if that is meant")
        }
        if !role.deniedQueue.isEmpty, role.queue.isEmpty, role.subscribe.isNothing {
            report(.denyWithoutAllow, at: role.position, "deny_queue denies, and no queue is allowed")
        }
        checkTags(of: role)
    }

    /// Each tag that a template uses has declared values, and each that is declared is used.
    private mutating func checkTags(of role: RolePolicy) {
        let declared = Set(role.tags.map(\.name))
        var used: Set<String> = []
        for subject in role.subjects {
            for case .template(.tag(let tag), text: let text) in subject.entry.parts {
                used.insert(tag)
                guard !declared.contains(tag) else { continue }
                report(
                    .undeclaredTag, at: subject.position, "\(text) uses a tag whose values are not declared",
                    remedy: "declare them: tags: { \(tag): [ … ] }")
            }
        }
        for tag in role.tags where !used.contains(tag.name) {
            report(
                .undeclaredTag, .warning, at: tag.position, "no template of the role uses the tag \(tag.name)",
                remedy: "remove it, or use {{tag(\(tag.name))}}")
        }
    }
}

extension RolePolicy {
    /// Every subject in the role.
    var subjects: [PolicySubject] {
        var subjects = publish.denied + subscribe.denied + call + serve.map(\.subject)
        for access in [publish, subscribe] {
            if case .subjects(let allowed) = access.allowed { subjects += allowed }
        }
        subjects += keyValue.flatMap { $0.get + $0.put + $0.watch }
        subjects += ((mqtt?.publish ?? []) + (mqtt?.subscribe ?? [])).flatMap(\.subjects)
        return subjects + (queue + deniedQueue).flatMap { [$0.subject] + $0.groupSubjects }
    }
}

extension PolicyProblem.Code {
    /// A deny where nothing is allowed.
    public static let denyWithoutAllow = Self("deny-without-allow")
    /// A tag in a template whose values are not declared, or the other way about.
    public static let undeclaredTag = Self("undeclared-tag")
}
