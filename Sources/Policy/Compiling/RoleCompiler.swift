import Claims
import Subjects

/// Compiles a role into templates of scoped signing keys: exactly what the file says, or not at all.
///
/// What may be published is a list less another; an empty allow list allows everything, so that nothing is written as the
/// deny `>`. For what may be subscribed to see ``SubscribeCompiler``. Where templates stand beside queue groups, or in a
/// subscribe deny, a role has a key for each of their values.
struct RoleCompiler {
    private let role: RolePolicy
    private let source: PolicySource?
    let rules: RoleRules
    private(set) var problems: [PolicyProblem]

    /// - Parameters:
    ///   - role: with everything that it includes put together.
    ///   - streams: those that the account's file names.
    init(_ role: RolePolicy, _ source: PolicySource?, _ streams: KnownStreams = KnownStreams([])) {
        self.role = role
        self.source = source
        var builder = RoleRulesBuilder(source, streams)
        rules = builder.build(role)
        problems = builder.problems
    }

    /// The one key of the role.
    ///
    /// - Returns: nil where something cannot be said; see ``problems``.
    mutating func compile() -> CompiledRole? {
        if let template = rules.blockingTemplate { refuse(template) }
        return compile(rules, name: role.name, values: [:])
    }

    /// Says of a template why no one key has it beside the others. Of roles put together the template may stand in any, and
    /// be well there: it is this one that cannot have it.
    private mutating func refuse(_ template: PolicyRule) {
        let isDeny = rules.subscribe.deny.contains(template)
        let (place, related) = role.place(of: template)
        let whose = related == nil ? "" : "\(role.name) cannot be said: "
        problems.append(
            PolicyProblem(
                .cannotBeSaid, at: place, in: source,
                whose
                    + (isDeny
                        ? "a deny with a template leaves no way to close queue groups, which plain rules open on some servers"
                        : "a list with templates and queue groups means other things on nats-server"),
                remedy: isDeny
                    ? "write the deny without a template, or declare the users whose names and tags fill it"
                    : "write inbox: role if the template is the inbox's, or declare the users whose names and tags fill it",
                related: related))
    }

    /// The key for one choice of values for what may be subscribed to.
    ///
    /// - Parameter values: by function, for all of ``RoleRules/subscribedFunctions``.
    mutating func compile(name: String, values: [String: String]) -> CompiledRole? {
        compile(rules.filled(values), name: name, values: values)
    }

    private mutating func compile(_ rules: RoleRules, name: String, values: [String: String]) -> CompiledRole? {
        var template = UserPermissionLimits()
        var sources: [String: [PolicyPosition]] = [:]
        if !problems.contains(where: { $0.severity == .error }) {
            do throws(SubjectsTooLarge) {
                (template.permissions, sources) = try Self.permissions(rules)
            } catch {
                report(.tooLarge, "the rules of \(name) are too many to be worked out: \(error)")
            }
        }
        writeEntrance(&template)
        addClaims(to: &template, &sources)
        guard !problems.contains(where: { $0.severity == .error }) else { return nil }
        return CompiledRole(
            name: name, template: template, settings: RoleSettings(replies: rules.replies), sources: sources,
            policy: role, values: values, streamUses: rules.streamUses)
    }

    private mutating func report(
        _ code: PolicyProblem.Code, at position: PolicyPosition? = nil, _ message: String, remedy: String = ""
    ) {
        problems.append(
            PolicyProblem(code, at: position ?? role.position, in: source, message, remedy: remedy))
    }

    // MARK: What may be done

    private static func permissions(
        _ rules: RoleRules
    ) throws(SubjectsTooLarge) -> (Permissions, sources: [String: [PolicyPosition]]) {
        let published = publish(try rules.publish.canonical(), mayRespond: rules.response != nil)
        var compiler = SubscribeCompiler(rules)
        let subscribed = try compiler.compile()
        return (
            Permissions(publish: published.0, subscribe: subscribed.0, response: rules.response?.value),
            ClaimList.sources(published.lists + subscribed.lists)
        )
    }

    private static func publish(
        _ list: RuleList, mayRespond: Bool
    ) -> (Permission, lists: [ClaimList]) {
        var (allow, deny) = (ClaimList("/pub/allow"), ClaimList("/pub/deny"))
        if list.allow.isEmpty {
            deny.append(">")
        } else {
            // With leave to answer, an empty list allows nothing but that.
            if mayRespond || list.allow.map(\.text) != [">"] { allow.append(list.allow) }
            deny.append(list.deny)
        }
        return (Permission(allow: allow.entries, deny: deny.entries), [allow, deny])
    }

    // MARK: How its holders come in

    private mutating func writeEntrance(_ template: inout UserPermissionLimits) {
        template.sources = role.networks.map { $0.value.lowercased() }.sorted()
        template.allowedConnectionTypes = role.kindsOfConnections.map(\.value).sorted()
        if let hours = role.hours {
            template.timeZone = hours.zone.value
            template.times = hours.ranges.map { TimeRange(start: $0.start, end: $0.end) }
                .sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        }
        template.subscriptions = Self.claim(role.limits.subscriptions)
        template.payload = Self.claim(role.limits.payload)
        guard let mqtt = role.mqtt, !role.kindsOfConnections.contains(where: { $0.value.hasPrefix("MQTT") }) else {
            return
        }
        report(
            .conflict, at: mqtt.position, "\(role.name) has mqtt, and its holders may not come in by MQTT",
            remedy: "write connections: [ MQTT, MQTT_WS ], or leave them out")
    }

    // MARK: What has no words

    /// What stands under `claims` takes the place of what is compiled, in the same order as that would have.
    private mutating func addClaims(
        to template: inout UserPermissionLimits, _ sources: inout [String: [PolicyPosition]]
    ) {
        guard let extras = ClaimsExtras(role.claims) else { return }
        problems += PolicyProblem.conflicts(role.claims, role.givenFields, in: source)
        let scope = UserScope(key: "", role: role.name, template: template)
        do throws(ClaimsError) {
            let merged = try scope.merging(extras).template
            let found = PolicyProblem.claims(
                role.claims, at: extras.position, merged.issues, besides: template.issues, in: source)
            // Each key of the role has the same fields.
            problems += found.filter { !problems.contains($0) }
            template = merged.canonical
        } catch {
            problems.append(.claims(role.claims, at: extras.position, error, in: source))
            return
        }
        let lists = [
            "pub": [("allow", template.permissions.publish.allow), ("deny", template.permissions.publish.deny)],
            "sub": [("allow", template.permissions.subscribe.allow), ("deny", template.permissions.subscribe.deny)],
        ]
        for member in role.claims {
            guard let lists = lists[member.name] else { continue }
            sources = sources.filter { !$0.key.hasPrefix("/\(member.name)/") }
            for (name, list) in lists {
                for index in list.indices { sources["/\(member.name)/\(name)/\(index)"] = [member.value.position] }
            }
        }
    }

    private static func claim(_ limit: PolicyLimit?) -> Int64 {
        if case .most(let most) = limit { most } else { -1 }
    }
}

extension RolePolicy {
    /// Where a template stands that the role cannot have; of several roles put together the place of the whole, and the
    /// template as what has to do with it.
    func place(of template: PolicyRule) -> (PolicyPosition, related: PolicyProblem.Related?) {
        guard let place = template.sources.first else { return (position, nil) }
        return composedInboxes == nil ? (place, nil) : (position, .init(position: place, message: "the template"))
    }

    /// What its file says, or for a role with `mqtt` that. Empty for the ordinary ones.
    var kindsOfConnections: [Placed<String>] {
        guard connections.isEmpty, let mqtt else { return connections }
        return ["MQTT", "MQTT_WS"].map { Placed($0, mqtt.position) }
    }
}

extension UserPermissionLimits {
    /// What is wrong with the users that have it.
    fileprivate var issues: [ValidationIssue] {
        var claims = UserClaims(subject: "", name: "")
        claims.limits = self
        return claims.validate(at: 0)
    }
}
