import Authorization
import Claims

/// Puts roles together: unions of what they allow and of what they deny, what they have in common of the networks, hours
/// and kinds of connections, and the least of the limits and lifetimes.
struct RoleComposer {
    private let roles: [String: RolePolicy]
    private let source: PolicySource?
    private(set) var problems: [PolicyProblem] = []

    init(_ roles: [RolePolicy], _ source: PolicySource?) {
        self.roles = Dictionary(roles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.source = source
    }

    /// A role with everything that it includes.
    ///
    /// - Returns: nil where that cannot be said; see ``problems``.
    mutating func compose(_ role: RolePolicy) -> RolePolicy? {
        guard !role.includes.isEmpty else { return role }
        return put(together: [role], as: role.name, at: role.position, extra: nil)
    }

    /// Several roles of a user, with what it has beyond them.
    ///
    /// - Parameters:
    ///   - names: at least one, all of them known.
    ///   - claims: fields that go before those of the roles.
    mutating func compose(
        _ names: [Placed<String>], as name: String, extra: RolePolicy?, claims: [RawValue.Member] = []
    ) -> RolePolicy? {
        let chosen = names.compactMap { roles[$0.value] }
        guard let place = names.first?.position else { return nil }
        guard var whole = put(together: chosen, as: name, at: place, extra: extra) else { return nil }
        whole.claims = claims + whole.claims.filter { known in !claims.contains { $0.name == known.name } }
        return whole
    }

    /// Those of some roles that no other of them includes.
    func outermost(_ names: [Placed<String>]) -> [Placed<String>] {
        var different: [Placed<String>] = []
        for name in names where !different.contains(where: { $0.value == name.value }) { different.append(name) }
        return different.filter { name in
            !different.contains { other in
                other.value != name.value && included(in: other.value).contains(name.value)
                    && !included(in: name.value).contains(other.value)
            }
        }
    }

    private func included(in name: String) -> Set<String> {
        var found: Set<String> = []
        var pending = [name]
        while let next = pending.popLast() {
            for include in roles[next]?.includes ?? [] where found.insert(include.value).inserted {
                pending.append(include.value)
            }
        }
        return found
    }

    private mutating func report(
        _ code: PolicyProblem.Code, at position: PolicyPosition, _ message: String, remedy: String = "",
        related: PolicyProblem.Related? = nil
    ) {
        problems.append(
            PolicyProblem(code, at: position, in: source, message, remedy: remedy, related: related))
    }

    // MARK: Putting together

    private mutating func put(
        together chosen: [RolePolicy], as name: String, at position: PolicyPosition, extra: RolePolicy?
    ) -> RolePolicy? {
        let known = problems.count
        var parts: [RolePolicy] = []
        for role in chosen { gather(role, [], &parts) }
        var whole = RolePolicy(name: name, position: position)
        whole.description = parts.first?.description ?? ""
        whole.composedInboxes = []
        whole.replies = parts.allSatisfy { $0.replies?.value == .any } ? parts.first?.replies : nil
        for part in parts { add(part, to: &whole) }
        if let extra { addAccess(of: extra, to: &whole) }
        checkTags(of: whole)
        return problems.count == known ? whole : nil
    }

    /// A role and those that it includes, each once.
    private mutating func gather(_ role: RolePolicy, _ path: [String], _ parts: inout [RolePolicy]) {
        guard !parts.contains(where: { $0.name == role.name }) else { return }
        parts.append(role)
        for include in role.includes {
            guard let next = roles[include.value] else {
                report(
                    .unknownRole, at: include.position, "the account has no role \"\(include.value)\"",
                    remedy: Suggestion.nearest(to: include.value, in: roles.keys.sorted()).map { "did you mean \($0)?" }
                        ?? "it has: \(roles.keys.sorted().joined(separator: ", "))")
                continue
            }
            let way = path + [role.name]
            guard !way.contains(next.name) else {
                report(
                    .conflict, at: include.position,
                    "\(next.name) includes itself: \((way + [next.name]).joined(separator: ", "))",
                    remedy: "take one of the includes away")
                continue
            }
            gather(next, way, &parts)
        }
    }

    private mutating func add(_ part: RolePolicy, to whole: inout RolePolicy) {
        addAccess(of: part, to: &whole)
        for inbox in part.inboxes where whole.composedInboxes?.contains(where: { $0.value == inbox.value }) == false {
            whole.composedInboxes?.append(inbox)
        }
        if whole.inbox == nil { whole.inbox = part.inbox }
        whole.was = nil
        addTags(of: part, to: &whole)
        addEntrance(of: part, to: &whole)
        whole.limits.subscriptions = Self.least(whole.limits.subscriptions, part.limits.subscriptions)
        whole.limits.payload = Self.least(whole.limits.payload, part.limits.payload)
        if let lifetime = part.lifetime {
            whole.lifetime = RolePolicy.Lifetime(
                usual: [whole.lifetime?.usual, lifetime.usual].compactMap(\.self).min(),
                most: [whole.lifetime?.most, lifetime.most].compactMap(\.self).min(),
                position: whole.lifetime?.position ?? lifetime.position)
        }
        for claim in part.claims where !whole.claims.contains(where: { $0.name == claim.name }) {
            whole.claims.append(claim)
        }
    }

    private func addAccess(of part: RolePolicy, to whole: inout RolePolicy) {
        whole.publish.add(part.publish)
        whole.subscribe.add(part.subscribe)
        whole.queue += part.queue
        whole.deniedQueue += part.deniedQueue
        whole.call += part.call
        whole.serve += part.serve
        whole.work += part.work
        whole.read += part.read
        whole.manage += part.manage
        whole.keyValue += part.keyValue
        whole.objects += part.objects
        if let mqtt = part.mqtt {
            guard whole.mqtt != nil else { return whole.mqtt = mqtt }
            whole.mqtt?.publish += mqtt.publish
            whole.mqtt?.subscribe += mqtt.subscribe
        }
    }

    private static func least(_ one: PolicyLimit?, _ other: PolicyLimit?) -> PolicyLimit? {
        switch (one, other) {
        case (.most(let a), .most(let b)): .most(min(a, b))
        case (.most, _): one
        default: other ?? one
        }
    }

    // MARK: Tags

    /// A tag that several roles have may be what all of them allow.
    private mutating func addTags(of part: RolePolicy, to whole: inout RolePolicy) {
        for tag in part.tags {
            guard let index = whole.tags.firstIndex(where: { $0.name == tag.name }) else {
                whole.tags.append(tag)
                continue
            }
            let known = whole.tags[index]
            let common = known.values.filter { value in tag.values.contains { $0.value == value.value } }
            if common.isEmpty {
                report(
                    .conflict, at: tag.position,
                    "\(part.name) allows no value of the tag \(tag.name) that \(whole.name) may have",
                    related: .init(position: known.position, message: "the values of the other role"))
            }
            whole.tags[index] = RolePolicy.Tag(name: known.name, position: known.position, values: common)
        }
    }

    private mutating func checkTags(of whole: RolePolicy) {
        let declared = Set(whole.tags.map(\.name))
        for subject in whole.subjects {
            for case .template(.tag(let tag), text: let text) in subject.entry.parts where !declared.contains(tag) {
                report(
                    .undeclaredTag, at: subject.position, "\(text) uses a tag whose values are not declared",
                    remedy: "declare them: tags: { \(tag): [ … ] }")
            }
        }
    }

    // MARK: Coming in

    /// What an empty list stands for is everything, so that nothing in common has to be refused.
    private mutating func addEntrance(of part: RolePolicy, to whole: inout RolePolicy) {
        if let networks = Entrance.common(whole.networks, part.networks) {
            whole.networks = networks
        } else {
            report(
                .conflict, at: part.networks.first?.position ?? part.position,
                "\(whole.name) could come from nowhere: its roles have no network in common",
                remedy: "include one of them only, or let both have some in common")
        }
        if let hours = Entrance.common(whole.hours, part.hours) {
            whole.hours = hours.value
        } else {
            report(
                .conflict, at: part.hours?.zone.position ?? part.position,
                "\(whole.name) could never come in: its roles have no hours of one time zone in common",
                remedy: "include one of them only, or let both have some in common")
        }
        let kinds = part.kindsOfConnections
        if whole.connections.isEmpty || kinds.isEmpty {
            whole.connections += kinds
            return
        }
        let common = whole.connections.filter { kind in kinds.contains { $0.value == kind.value } }
        if common.isEmpty {
            report(
                .conflict, at: kinds.first?.position ?? part.position,
                "\(whole.name) could come in by no kind of connection: its roles have none in common",
                remedy: "include one of them only, or let both have some in common")
        }
        whole.connections = common
    }
}

extension PolicyAccess {
    /// Everything that either allows, less everything that either denies.
    mutating func add(_ other: PolicyAccess) {
        denied += other.denied
        position = position ?? other.position
        switch (allowed, other.allowed) {
        case (.everything, _), (_, .nothing): break
        case (.nothing, _), (_, .everything): allowed = other.allowed
        case (.subjects(let own), .subjects(let others)): allowed = .subjects(own + others)
        }
    }
}
