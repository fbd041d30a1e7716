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

    /// A pattern, and the groups that may be joined on it.
    struct GroupRule: Sendable {
        let rule: PolicyRule
        let groups: PolicyQueue.Groups
    }
}

/// Writes a role's keys out as rules.
struct RoleRulesBuilder {
    private var rules = RoleRules()
    private(set) var problems: [PolicyProblem] = []
    private let source: PolicySource?

    init(_ source: PolicySource?) {
        self.source = source
    }

    mutating func build(_ role: RolePolicy) -> RoleRules {
        rules.publish = list(role.publish)
        rules.subscribe = list(role.subscribe)
        rules.groups = role.queue.compactMap { groupRule($0) }
        rules.deniedGroups = role.deniedQueue.compactMap { groupRule($0) }
        rules.publish.allow += role.call.compactMap { rule($0) }
        for service in role.serve { add(service) }
        addInbox(of: role)
        rules.replies = role.replies?.value == .any ? .any : .own
        return rules
    }

    private func rule(_ subject: PolicySubject) -> PolicyRule? { try? PolicyRule(subject) }

    /// A rule that the compiler writes, for a key that stands somewhere.
    private func rule(_ text: String, _ position: PolicyPosition) -> PolicyRule? {
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

    /// Where answers come to: `private` unless the role says otherwise, if it asks anybody.
    private mutating func addInbox(of role: RolePolicy) {
        let inbox = role.inbox ?? (role.call.first.map { Placed(.private, $0.position) })
        guard let inbox, let subject = inbox.value.subject(of: role.name) else { return }
        if let rule = rule(subject, inbox.position) { rules.subscribe.allow.append(rule) }
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
