import Authorization
import Claims

/// Puts roles together: unions of what they allow and of what they deny, what they have in common of the networks, hours
/// and kinds of connections, and the least of the limits and lifetimes.
///
/// Roles that include many others which include many others come to far more than their file, so there is a bound for
/// all roles of an account together.
struct RoleComposer {
    /// More rules than this are not put together: the tokens that servers read have room for fewer.
    static let maximumRules = 100_000
    /// Nor are more includes followed, values of tags compared and the like.
    static let maximumSteps = 4_000_000

    private let roles: [RolePolicy]
    private let numbers: [String: Int]
    private let source: PolicySource?
    private(set) var problems: [PolicyProblem] = []
    /// Includes that something was said of.
    private var reported: Set<PolicyPosition> = []
    private(set) var rules = 0
    private(set) var steps = 0
    private var isExhausted = false
    /// Of roles that somebody has beside others, the numbers of all that they include.
    private var closures: [String: Set<Int>] = [:]

    init(_ roles: [RolePolicy], _ source: PolicySource?) {
        self.roles = roles
        numbers = Dictionary(roles.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
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
        let chosen = names.compactMap { numbers[$0.value] }.map { roles[$0] }
        guard let place = names.first?.position else { return nil }
        guard var whole = put(together: chosen, as: name, at: place, extra: extra) else { return nil }
        whole.claims = claims + whole.claims.filter { known in !claims.contains { $0.name == known.name } }
        return whole
    }

    /// Those of some roles that no other of them includes.
    mutating func outermost(_ names: [Placed<String>]) -> [Placed<String>] {
        var known: Set<String> = []
        let different = names.filter { known.insert($0.value).inserted }
        guard different.count > 1, let place = different.first?.position,
            spend(steps: different.count * different.count, at: place)
        else { return different }
        for name in different where closures[name.value] == nil {
            closures[name.value] = included(in: name.value, at: name.position)
        }
        func includes(_ one: String, _ other: String) -> Bool {
            numbers[other].map { closures[one]?.contains($0) == true } ?? false
        }
        return different.filter { name in
            !different.contains { other in
                other.value != name.value && includes(other.value, name.value) && !includes(name.value, other.value)
            }
        }
    }

    private mutating func included(in name: String, at position: PolicyPosition) -> Set<Int> {
        var found: Set<Int> = []
        var pending = numbers[name].map { [$0] } ?? []
        while let next = pending.popLast(), spend(steps: roles[next].includes.count, at: position) {
            for number in roles[next].includes.compactMap({ numbers[$0.value] }) where found.insert(number).inserted {
                pending.append(number)
            }
        }
        return found
    }

    // MARK: Bounds

    private mutating func spend(steps more: Int, rules: Int = 0, at position: PolicyPosition) -> Bool {
        self.rules += rules
        steps += more
        guard !isExhausted, self.rules > Self.maximumRules || steps > Self.maximumSteps else { return !isExhausted }
        isExhausted = true
        report(
            .tooLarge, at: position,
            "the account's roles come to more than \(Self.maximumRules) rules, each with everything that it includes",
            remedy: "let roles include fewer others, or divide the account")
        return false
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
        guard let gathered = gather(chosen, at: position) else { return nil }
        let known = problems.count
        let parts = gathered.parts
        var whole = RolePolicy(name: name, position: position)
        whole.description = parts.first.map { roles[$0].description } ?? ""
        whole.replies =
            parts.allSatisfy { roles[$0].replies?.value == .any } ? parts.first.flatMap { roles[$0].replies } : nil
        var inboxes: Set<String> = []
        whole.composedInboxes = parts.flatMap { roles[$0].inboxes }.filter { inboxes.insert($0.value).inserted }
        for part in parts {
            guard spend(steps: meetings(roles[part], whole), rules: roles[part].ruleCount, at: position) else {
                return nil
            }
            add(roles[part], to: &whole)
        }
        if let extra { addAccess(of: extra, to: &whole) }
        checkTags(of: whole)
        return problems.count == known && gathered.isWhole ? whole : nil
    }

    /// How often something of a role is compared with something of the whole.
    private func meetings(_ part: RolePolicy, _ whole: RolePolicy) -> Int {
        part.networks.count * whole.networks.count + part.tags.count * whole.tags.count
            + part.claims.count * whole.claims.count + (part.hours?.ranges.count ?? 0)
            * (whole.hours?.ranges.count ?? 0)
    }

    /// Roles and those that they include, each once, before those that it includes itself.
    ///
    /// - Returns: their numbers, and whether all that they include is there; nil past a bound.
    private mutating func gather(
        _ chosen: [RolePolicy], at position: PolicyPosition
    ) -> (parts: [Int], isWhole: Bool)? {
        var parts: [Int] = []
        var seen: Set<Int> = []
        var isWhole = true
        for first in chosen.compactMap({ numbers[$0.name] }) where seen.insert(first).inserted {
            parts.append(first)
            // The way down to where it stands, with the include that comes next.
            var way = [(role: first, next: 0)]
            var onWay: Set<Int> = [first]
            while let (role, next) = way.last {
                guard next < roles[role].includes.count else {
                    way.removeLast()
                    onWay.remove(role)
                    continue
                }
                guard spend(steps: 1, at: position) else { return nil }
                way[way.count - 1].next += 1
                let include = roles[role].includes[next]
                guard let number = numbers[include.value], !onWay.contains(number) else {
                    isWhole = false
                    if reported.insert(include.position).inserted { report(include, way.map(\.role)) }
                    continue
                }
                guard seen.insert(number).inserted else { continue }
                parts.append(number)
                way.append((number, 0))
                onWay.insert(number)
            }
        }
        return (parts, isWhole)
    }

    /// An include that leads nowhere, or back.
    private mutating func report(_ include: Placed<String>, _ way: [Int]) {
        guard numbers[include.value] == nil else {
            let names = (way.map { roles[$0].name } + [include.value]).joined(separator: ", ")
            return report(
                .conflict, at: include.position, "\(include.value) includes itself: \(names)",
                remedy: "take one of the includes away")
        }
        let names = numbers.keys.sorted()
        report(
            .unknownRole, at: include.position, "the account has no role \"\(include.value)\"",
            remedy: Suggestion.nearest(to: include.value, in: names).map { "did you mean \($0)?" }
                ?? "it has: \(names.joined(separator: ", "))")
    }

    private mutating func add(_ part: RolePolicy, to whole: inout RolePolicy) {
        addAccess(of: part, to: &whole)
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
            let values = Set(tag.values.map(\.value))
            let common = known.values.filter { values.contains($0.value) }
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
        case (.subjects, .subjects(let others)): append(others)
        }
    }

    private mutating func append(_ others: [PolicySubject]) {
        guard case .subjects(var own) = allowed else { return }
        // Nobody else holds the list now, so that it grows in place.
        allowed = .nothing
        own += others
        allowed = .subjects(own)
    }
}

extension RolePolicy {
    /// How many entries its keys have, and one for the role itself.
    fileprivate var ruleCount: Int {
        var count = 1 + call.count + serve.count + work.count + read.count + manage.count
        count += queue.count + deniedQueue.count
        for access in [publish, subscribe] {
            count += access.denied.count
            if case .subjects(let subjects) = access.allowed { count += subjects.count }
        }
        for bucket in keyValue { count += 1 + bucket.get.count + bucket.put.count + bucket.watch.count }
        for store in objects { count += 1 + store.verbs.count }
        for tag in tags { count += 1 + tag.values.count }
        if let mqtt { count += (mqtt.publish + mqtt.subscribe).reduce(0) { $0 + $1.subjects.count } }
        return count + networks.count + claims.count
    }
}
