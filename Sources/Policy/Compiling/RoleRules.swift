import Claims
import Subjects

/// A role's rules: what its keys come to, verbs written out, before they become claims.
struct RoleRules: Sendable {
    var publish = RuleList()
    /// What may be subscribed to without a group, and what is closed for groups too.
    var subscribe = RuleList()
    /// What may be subscribed to in a group.
    var groups: [GroupRule] = []
    /// What is closed for single groups.
    var deniedGroups: [GroupRule] = []
    /// How requests may be answered, and where that stands.
    var response: Placed<ResponsePermission>?
    var replies = RoleSettings.Replies.own
    /// What it does with streams, by whichever verb.
    var streamUses: [StreamUse] = []

    /// A pattern, and the groups that may be joined on it.
    struct GroupRule: Sendable {
        let rule: PolicyRule
        let groups: PolicyQueue.Groups
    }
}

extension RoleRules {
    /// Whether no key with templates says it: servers know no queue groups in a list that has templates, and where
    /// nothing is said of groups, plain entries open them.
    var needsInstances: Bool { blockingTemplate != nil }

    /// The rule with a template that no key with templates can say beside the others; nil where one can say them all.
    var blockingTemplate: PolicyRule? {
        if let denied = subscribe.deny.first(where: \.hasTemplates) { return denied }
        if groups.isEmpty, deniedGroups.isEmpty { return nil }
        return subscribe.allow.first(where: \.hasTemplates)
            ?? (groups + deniedGroups).first(where: \.hasTemplates)?.rule
    }

    /// The functions of all templates in what may be subscribed to.
    var subscribedFunctions: Set<TemplateEntry.Function> {
        let rules = subscribe.allow + subscribe.deny + (groups + deniedGroups).map(\.rule)
        let names = (groups + deniedGroups).flatMap(\.names)
        let parts = (rules.map(\.text) + names).flatMap { TemplateEntry($0).parts }
        return Set(parts.compactMap { if case .template(let function, _) = $0 { function } else { nil } })
    }

    /// The rules with values for templates, by function. What is published keeps its own.
    func filled(_ values: [String: String]) -> RoleRules {
        var filled = self
        filled.subscribe.allow = subscribe.allow.compactMap { $0.filled(values) }
        filled.subscribe.deny = subscribe.deny.compactMap { $0.filled(values) }
        filled.groups = groups.compactMap { $0.filled(values) }
        filled.deniedGroups = deniedGroups.compactMap { $0.filled(values) }
        return filled
    }
}

extension RoleRules.GroupRule {
    var names: [String] { if case .named(let names) = groups { names } else { [] } }

    var hasTemplates: Bool { rule.hasTemplates || names.contains { TemplateEntry($0).hasTemplates } }

    fileprivate func filled(_ values: [String: String]) -> Self? {
        rule.filled(values).map { rule in
            switch groups {
            case .any: Self(rule: rule, groups: .any)
            case .named(let names): Self(rule: rule, groups: .named(names.map { TemplateEntry($0).filled(values) }))
            }
        }
    }
}

extension PolicyRule {
    /// Nil where a value does not make a subject of it.
    func filled(_ values: [String: String]) -> PolicyRule? {
        guard hasTemplates else { return self }
        return try? PolicyRule(TemplateEntry(TemplateEntry(text).filled(values)), sources)
    }
}

extension TemplateEntry {
    /// The text with values for functions; those that have none stay as they are.
    func filled(_ values: [String: String]) -> String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .template(let function, let text): values[function.text] ?? text
            }
        }.joined()
    }
}

/// Writes a role's keys out as rules.
struct RoleRulesBuilder {
    var rules = RoleRules()
    var problems: [PolicyProblem] = []
    let source: PolicySource?
    /// The streams that the account's file names.
    let known: KnownStreams

    init(_ source: PolicySource?, _ known: KnownStreams = KnownStreams([])) {
        self.source = source
        self.known = known
    }

    /// - Parameter role: with everything that it includes put together.
    mutating func build(_ role: RolePolicy) -> RoleRules {
        rules.publish = list(role.publish)
        rules.subscribe = list(role.subscribe)
        rules.groups = role.queue.compactMap { groupRule($0) }
        rules.deniedGroups = role.deniedQueue.compactMap { groupRule($0) }
        rules.publish.allow += role.call.compactMap { rule($0) }
        for service in role.serve { add(service) }
        addStreams(of: role)
        addTopics(of: role)
        addInboxes(of: role)
        rules.replies = role.replies?.value == .any ? .any : .own
        return rules
    }

    func rule(_ subject: PolicySubject) -> PolicyRule? { try? PolicyRule(subject) }

    /// A rule that the compiler writes, for a key that stands somewhere.
    func rule(_ text: String, _ position: PolicyPosition) -> PolicyRule? {
        try? PolicyRule(TemplateEntry(text), [position])
    }

    private func list(_ access: PolicyAccess) -> RuleList {
        let deny = access.denied.compactMap { rule($0) }
        switch access.allowed {
        case .nothing: return RuleList(allow: [], deny: deny)
        case .everything(let position): return RuleList(allow: [rule(">", position)].compactMap(\.self), deny: deny)
        case .subjects(let subjects): return RuleList(allow: subjects.compactMap { rule($0) }, deny: deny)
        }
    }

    private func groupRule(_ queue: PolicyQueue) -> RoleRules.GroupRule? {
        rule(queue.subject).map { RoleRules.GroupRule(rule: $0, groups: queue.groups) }
    }

    // MARK: Verbs

    /// Answering: the subject, in its group if it has one; the credit for answers; the service's discovery.
    private mutating func add(_ service: RolePolicy.Service) {
        guard let rule = rule(service.subject) else { return }
        let position = service.subject.position
        if let queue = service.queue {
            rules.groups.append(.init(rule: rule, groups: .named([queue.value])))
        } else {
            rules.subscribe.allow.append(rule)
        }
        if let name = service.name {
            for verb in ["PING", "INFO", "STATS"] {
                for subject in ["$SRV.\(verb)", "$SRV.\(verb).\(name.value)", "$SRV.\(verb).\(name.value).*"] {
                    if let rule = self.rule(subject, name.position) { rules.subscribe.allow.append(rule) }
                }
            }
        }
        let response = ResponsePermission(
            maxMessages: Int(clamping: service.answers), expires: service.within ?? Self.usualPatience)
        guard let known = rules.response else {
            rules.response = Placed(response, position)
            return
        }
        if known.value != response {
            problems.append(
                PolicyProblem(
                    .cannotBeSaid, at: position, in: source,
                    "this service is answered otherwise than another of the role, and claims have one credit for a role",
                    remedy: "give both the same answers and within, or make two roles of it",
                    related: .init(position: known.position, message: "the other service")))
        }
    }

    /// What servers take where nothing is said, nanoseconds.
    private static let usualPatience: Int64 = 120_000_000_000

    private mutating func addTopics(of role: RolePolicy) {
        guard let mqtt = role.mqtt else { return }
        rules.publish.allow += mqtt.publish.flatMap(\.subjects).compactMap { rule($0) }
        rules.subscribe.allow += mqtt.subscribe.flatMap(\.subjects).compactMap { rule($0) }
    }

    /// Where answers come to.
    private mutating func addInboxes(of role: RolePolicy) {
        rules.subscribe.allow += role.inboxes.compactMap { rule($0.value, $0.position) }
    }
}

extension RolePolicy {
    /// `private` unless the role says otherwise, if it asks anybody.
    var inboxOrDefault: Inbox { inbox?.value ?? (asksAnybody == nil ? .none : .private) }

    /// The patterns of its inboxes: its own one first, then those of the roles that it includes.
    var inboxes: [Placed<String>] {
        if let composedInboxes { return composedInboxes }
        let place = inbox?.position ?? asksAnybody?.position ?? position
        return [inboxOrDefault.subject(of: name).map { Placed($0, place) }].compactMap(\.self)
    }
}

extension RolePolicy.Inbox {
    /// The pattern of the inbox; nil for none.
    func subject(of role: String) -> String? {
        switch self {
        case .private: "_INBOX.{{name()}}.>"
        case .role: "_INBOX.\(role).>"
        case .shared: "_INBOX.>"
        case .none: nil
        }
    }
}

extension PolicyProblem.Code {
    /// Something that no claim can say.
    public static let cannotBeSaid = Self("cannot-be-said")
}
