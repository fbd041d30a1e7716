import Claims
import Subjects

/// Compiles a role into the template of a scoped signing key: exactly what the file says, or not at all.
///
/// | set | claims |
/// |---|---|
/// | no publish, no subscribe | `deny: [">"]`, since an empty allow list allows everything |
/// | subscribing without groups | also the deny `> >`, which refuses every group and no plain subscription |
/// | plain and groups | each plain entry also in the group `_sys_`, which nobody can join: where a group entry matches, plain entries speak for no group |
struct RoleCompiler {
    private let role: RolePolicy
    private let source: PolicySource?
    private(set) var problems: [PolicyProblem] = []
    private var sources: [String: [PolicyPosition]] = [:]

    init(_ role: RolePolicy, _ source: PolicySource?) {
        self.role = role
        self.source = source
    }

    /// - Returns: nil where something cannot be said; see ``problems``.
    mutating func compile() -> CompiledRole? {
        var builder = RoleRulesBuilder(source)
        let rules = builder.build(role)
        problems = builder.problems
        var template = UserPermissionLimits()
        do throws(SubjectsTooLarge) {
            template.permissions = try permissions(rules)
        } catch {
            report(.tooLarge, "the rules of \(role.name) are too many to be worked out: \(error)")
        }
        template.sources = role.networks.map { $0.value.lowercased() }.sorted()
        template.allowedConnectionTypes = role.connections.map(\.value).sorted()
        if let hours = role.hours {
            template.timeZone = hours.zone.value
            template.times = hours.ranges.map { TimeRange(start: $0.start, end: $0.end) }
                .sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        }
        template.subscriptions = Self.claim(role.limits.subscriptions)
        template.payload = Self.claim(role.limits.payload)
        reportWhatIsNotBuilt()
        guard !problems.contains(where: { $0.severity == .error }) else { return nil }
        return CompiledRole(
            name: role.name, template: template, settings: RoleSettings(replies: rules.replies), sources: sources)
    }

    /// Verbs that are read and not compiled yet: refused rather than left out.
    private mutating func reportWhatIsNotBuilt() {
        let verbs: [(String, PolicyPosition?)] = [
            ("includes", role.includes.first?.position),
            ("work", role.work.first?.position), ("read", role.read.first?.position),
            ("manage", role.manage.first?.position), ("kv", role.keyValue.first?.position),
            ("objects", role.objects.first?.position), ("mqtt", role.mqtt?.position),
        ]
        for case (let verb, let position?) in verbs {
            report(
                .notBuilt, at: position, "\(verb) is not compiled yet",
                remedy: "write the subjects out under publish and subscribe")
        }
    }

    private static func claim(_ limit: PolicyLimit?) -> Int64 {
        if case .most(let most) = limit { most } else { -1 }
    }

    private mutating func report(
        _ code: PolicyProblem.Code, at position: PolicyPosition? = nil, _ message: String, remedy: String = ""
    ) {
        problems.append(
            PolicyProblem(code, at: position ?? role.position, in: source, message, remedy: remedy))
    }

    // MARK: Lists

    private mutating func permissions(_ rules: RoleRules) throws(SubjectsTooLarge) -> Permissions {
        var permissions = Permissions()
        permissions.publish = publish(try rules.publish.canonical(), mayRespond: rules.response != nil)
        permissions.subscribe = try subscribe(rules)
        permissions.response = rules.response?.value
        return permissions
    }

    private mutating func publish(_ list: RuleList, mayRespond: Bool) -> Permission {
        guard !list.allow.isEmpty else { return Permission(deny: [">"]) }
        // With leave to answer, an empty list allows nothing but that.
        if list.allow.map(\.text) == [">"], !mayRespond {
            return Permission(deny: written(list.deny, "/pub/deny"))
        }
        return Permission(allow: written(list.allow, "/pub/allow"), deny: written(list.deny, "/pub/deny"))
    }

    private mutating func subscribe(_ rules: RoleRules) throws(SubjectsTooLarge) -> Permission {
        let groups = Self.spread(rules.groups)
        guard !groups.isEmpty || !rules.deniedGroups.isEmpty else {
            return subscribeWithoutGroups(try rules.subscribe.canonical())
        }
        return try subscribeWithGroups(rules, groups)
    }

    private mutating func subscribeWithoutGroups(_ list: RuleList) -> Permission {
        guard !list.allow.isEmpty else { return Permission(deny: [">"]) }
        let hasTemplatesInDeny = list.deny.contains(where: \.hasTemplates)
        if hasTemplatesInDeny {
            report(
                .cannotBeSaid, at: list.deny.first(where: \.hasTemplates)?.sources.first,
                "a deny with a template leaves no way to close queue groups, which plain rules open on some servers",
                remedy: "write the deny without a template, or state what may be joined under queue")
        }
        let deny = written(list.deny, "/sub/deny")
        if list.allow.map(\.text) == [">"] { return Permission(deny: deny + ["> >"]) }
        return Permission(allow: written(list.allow, "/sub/allow"), deny: deny + ["> >"])
    }

    /// What is written into a list, noting where each entry comes from.
    private mutating func written(_ rules: [PolicyRule], _ path: String, from start: Int = 0, suffix: String = "")
        -> [String]
    {
        for (index, rule) in rules.enumerated() { sources["\(path)/\(start + index)"] = rule.sources }
        return rules.map { $0.text + suffix }
    }

    // MARK: Groups

    /// One group, and everything that may be subscribed to in it.
    private struct Group {
        /// The entry's queue part; `>` for every group.
        let name: String
        var rules: [PolicyRule]
    }

    /// The rules by group, in the order of the groups' names.
    private static func spread(_ rules: [RoleRules.GroupRule]) -> [Group] {
        var groups: [String: [PolicyRule]] = [:]
        for rule in rules {
            switch rule.groups {
            case .any: groups[">", default: []].append(rule.rule)
            case .named(let names): for name in names { groups[name, default: []].append(rule.rule) }
            }
        }
        return groups.map { Group(name: $0.key, rules: $0.value) }.sorted { $0.name < $1.name }
    }

    private mutating func subscribeWithGroups(_ rules: RoleRules, _ groups: [Group]) throws(SubjectsTooLarge)
        -> Permission
    {
        let everything = [
            rules.subscribe.allow, rules.subscribe.deny, groups.flatMap(\.rules), rules.deniedGroups.map(\.rule),
        ].flatMap(\.self)
        if let template = everything.first(where: \.hasTemplates) {
            report(
                .cannotBeSaid, at: template.sources.first,
                "a list with templates and queue groups means other things on nats-server",
                remedy: "write inbox: role if the template is the inbox's, or make two roles of it")
            return Permission()
        }
        let denied = Self.spread(rules.deniedGroups)
        let plain = try RuleList(allow: rules.subscribe.allow, deny: rules.subscribe.deny).canonical()
        var allow = written(plain.allow, "/sub/allow")
        allow += written(plain.allow, "/sub/allow", from: allow.count, suffix: " _sys_")
        // Of a deny only what meets an allow is written, so that the others change nothing.
        var closed = plain.deny
        var closedGroups: [Group] = []
        for group in groups {
            let own = Self.denials(of: group.name, in: denied)
            let list = try RuleList(allow: group.rules, deny: rules.subscribe.deny + own).canonical()
            allow += written(list.allow, "/sub/allow", from: allow.count, suffix: " \(group.name)")
            closed += try RuleList.meets(list.allow, rules.subscribe.deny)
            for other in denied where group.name == ">" || other.name == ">" || other.name == group.name {
                let rules = try RuleList.meets(list.allow, other.rules)
                if !rules.isEmpty { closedGroups.append(Group(name: other.name, rules: rules)) }
            }
        }
        var deny = written(try RuleList(allow: closed).canonical().allow, "/sub/deny")
        for group in Self.merged(closedGroups) {
            let list = try RuleList(allow: group.rules).canonical().allow
            deny += written(list, "/sub/deny", from: deny.count, suffix: " \(group.name)")
        }
        guard !allow.isEmpty else { return Permission(deny: [">"]) }
        return Permission(allow: allow, deny: deny)
    }
    /// What is closed for every use of a group. What is closed for one group only closes nothing for all of them.
    private static func denials(of group: String, in denied: [Group]) -> [PolicyRule] {
        denied.filter { $0.name == ">" || $0.name == group }.flatMap(\.rules)
    }

    /// One list for each group, in the order of the names.
    private static func merged(_ groups: [Group]) -> [Group] {
        Dictionary(grouping: groups, by: \.name)
            .map { Group(name: $0.key, rules: $0.value.flatMap(\.rules)) }
            .sorted { $0.name < $1.name }
    }
}
