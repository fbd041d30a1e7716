import Claims
import Policy
import Subjects

/// Finitely many questions that show what a compiled role means on each engine: for every rule, every length that it can
/// have and every meet of two, a subject just inside and those just outside; and what of it differs.
struct WitnessSuite: Encodable {
    /// What each engine answers.
    struct Answers: Encodable {
        let chancery: Bool
        let natsServer: Bool
        /// Whether the answers are alike, or a difference that is listed covers them.
        let isListed: Bool
        /// What `policy explain` says of each.
        let explained: Explained
    }

    struct Explained: Encodable {
        let chancery: Bool
        let natsServer: Bool
    }

    struct Publish: Encodable {
        let subject: String
        let reply: String?
        let answers: Answers
    }

    struct Subscription: Encodable {
        let pattern: String
        let queue: String?
        let answers: Answers
    }

    /// Whether a subject comes through any of the subscriptions in a group, or for nil through one that is in none.
    struct Delivery: Encodable {
        let subject: String
        let queue: String?
        let answers: Answers
    }

    struct Difference: Encodable {
        let kind: String
        let queue: String?
        let subject: String
        let object: String
        let description: String
    }

    /// A request on a subject that the role may receive, and two answers.
    struct Request: Encodable {
        let subject: String
        let queue: String?
        let first: Answers
        let second: Answers
    }

    struct Lists: Encodable {
        let allow: [String]
        let deny: [String]
    }

    struct Template: Encodable {
        let publish: Lists
        let subscribe: Lists
        let answers: Int?
        let replies: String
    }

    let policy: String
    let template: Template
    let publish: [Publish]
    let subscribe: [Subscription]
    let deliver: [Delivery]
    let requests: [Request]
    let differences: [Difference]
    /// Where a model of an engine says otherwise than the file.
    let broken: [String]
}

/// Builds a suite.
struct WitnessSuiteBuilder {
    private static let mostSubjects = 90
    private static let mostPatterns = 70

    private let text: String
    private let role: CompiledRole
    private let broker: EngineModel
    private let server: EngineModel
    private let listed: [EngineDifference]
    private let filled: Permissions
    private let file: FileSets
    private let explanations: Explanations

    init(_ text: String, _ role: CompiledRole, _ file: FileSets, _ explanations: Explanations) throws {
        self.text = text
        self.role = role
        self.file = file
        self.explanations = explanations
        var values = PermissionTemplate.Values()
        values.name = GeneratedPolicy.holder
        values.tags = ["plant:\(GeneratedPolicy.plant)"]
        broker = try EngineModel(.broker, role, values)
        server = try EngineModel(.natsServer, role, values)
        // As it is listed for any holder; here is one.
        var comparison = try EngineComparison(role)
        listed = try comparison.run().map {
            $0.filled(["{{name()}}": values.name, "{{tag(plant)}}": GeneratedPolicy.plant])
        }
        filled = try PermissionTemplate.expand(role.template.permissions, with: values)
    }

    func build() throws -> WitnessSuite {
        let subscriptions = try subscriptions()
        return WitnessSuite(
            policy: text, template: template, publish: try publishes(), subscribe: subscriptions,
            deliver: try deliveries(subscriptions), requests: try requests(),
            differences: listed.map {
                .init(
                    kind: $0.kind.rawValue, queue: $0.queue, subject: $0.subject, object: $0.object,
                    description: $0.description)
            }, broken: broken())
    }

    /// What an engine's model admits of single subjects has to be what the file says.
    private func broken() -> [String] {
        let published = Words(patterns(filled.publish)).subjects(Self.mostSubjects)
        let received = Words(patterns(filled.subscribe)).subjects(Self.mostSubjects)
        let subjects = (published + received).filter { !FileSets.isOfVerbs($0) }
        return [broker, server].flatMap { model in
            subjects.flatMap { subject -> [String] in
                var found: [String] = []
                if model.takes(subject) != file.mayPublish(subject) {
                    found.append("\(model.engine) publish \(subject)")
                }
                for group in groups where group != "_sys_" {
                    let isReceived = model.accepts(subject, queue: group) && model.delivers(subject, queue: group)
                    guard isReceived != file.mayReceive(subject, group) else { continue }
                    found.append("\(model.engine) receive \(subject) \(group ?? "")")
                }
                return found
            }
        }
    }

    private var template: WitnessSuite.Template {
        let permissions = role.template.permissions
        return .init(
            publish: .init(allow: permissions.publish.allow, deny: permissions.publish.deny),
            subscribe: .init(allow: permissions.subscribe.allow, deny: permissions.subscribe.deny),
            answers: permissions.response?.maxMessages, replies: role.settings.replies.rawValue)
    }

    private func answers(
        to sentence: String, _ ours: Bool, _ theirs: Bool, isListed: Bool = false
    ) throws -> WitnessSuite.Answers {
        .init(
            chancery: ours, natsServer: theirs, isListed: ours == theirs || isListed,
            explained: try explanations.answers(to: sentence))
    }

    private func inGroup(_ queue: String?) -> String { queue.map { " queue \($0)" } ?? "" }

    // MARK: What is asked

    private func patterns(_ permission: Permission) -> [Pattern] {
        Set(
            (permission.allow + permission.deny).compactMap { entry in
                entry.split(separator: " ").first.flatMap { try? Pattern(String($0)) }
            }
        ).sorted { $0.description < $1.description }
    }

    private func publishes() throws -> [WitnessSuite.Publish] {
        var found = try Words(patterns(filled.publish)).subjects(Self.mostSubjects).map { subject in
            WitnessSuite.Publish(
                subject: subject, reply: nil,
                answers: try answers(to: "publish \(subject)", broker.takes(subject), server.takes(subject)))
        }
        for reply in listed where reply.kind == .reply {
            found.append(
                .init(
                    subject: reply.subject, reply: reply.object,
                    answers: try answers(
                        to: "publish \(reply.subject) reply \(reply.object)",
                        broker.takes(reply.subject, reply: reply.object),
                        server.takes(reply.subject, reply: reply.object), isListed: true)))
        }
        return found
    }

    private var groups: [String?] {
        let names = (filled.subscribe.allow + filled.subscribe.deny).compactMap { entry in
            entry.split(separator: " ").dropFirst().first.map(String.init)
        }
        // A group that none names, those of the lists, and those of the differences' examples.
        return [nil, "g9"] + Set(names + listed.compactMap(\.queue)).subtracting([">"]).sorted()
    }

    private func subscriptions() throws -> [WitnessSuite.Subscription] {
        var asked: [(String, String?)] = []
        for pattern in Words(patterns(filled.subscribe)).patterns(Self.mostPatterns) {
            for group in groups { asked.append((pattern, group)) }
        }
        // What only nats-server may accept, and deliver more through.
        for entry in patterns(filled.subscribe) where !entry.hasTail && entry.tokens.last == .any {
            let wider = Pattern(tokens: entry.tokens.dropLast(), hasTail: true).description
            for group in groups { asked.append((wider, group)) }
        }
        for difference in listed where difference.kind != .reply {
            asked.append((difference.subject, difference.queue))
        }
        var seen: Set<String> = []
        return try asked.filter { seen.insert("\($0.0) \($0.1 ?? "")").inserted }.map { pattern, group in
            let isListed = listed.contains { $0.covers(subscription: pattern, queue: group) }
            return WitnessSuite.Subscription(
                pattern: pattern, queue: group,
                answers: try answers(
                    to: "subscribe \(pattern)\(inGroup(group))", broker.accepts(pattern, queue: group),
                    server.accepts(pattern, queue: group), isListed: isListed))
        }
    }

    private func deliveries(_ subscriptions: [WitnessSuite.Subscription]) throws -> [WitnessSuite.Delivery] {
        let examples = listed.filter { $0.kind == .widerDelivery }.map(\.object)
        let subjects = Set(Words(patterns(filled.subscribe)).subjects(Self.mostSubjects) + examples).sorted()
        let asked = Set(subscriptions.map(\.queue))
        return try asked.sorted { ($0 ?? "") < ($1 ?? "") }.flatMap { group in
            let own = subscriptions.filter { $0.queue == group }.compactMap { subscription in
                (try? Pattern(subscription.pattern)).map { ($0, subscription.answers) }
            }
            return try subjects.map { subject in
                let bytes = Array(subject.utf8)
                let matching = own.filter { $0.0.matches(bytes.span) }
                let ours = matching.contains { $0.1.chancery } && broker.delivers(subject, queue: group)
                let theirs = matching.contains { $0.1.natsServer } && server.delivers(subject, queue: group)
                // What the role may receive by a subscription to just that comes by other subscriptions too, or not.
                let isAllowed = broker.accepts(subject, queue: group) && broker.delivers(subject, queue: group)
                let isListed = isAllowed || listed.contains { $0.covers(delivery: subject, queue: group) }
                return WitnessSuite.Delivery(
                    subject: subject, queue: group,
                    answers: try answers(
                        to: "receive \(subject)\(inGroup(group))", ours, theirs, isListed: isListed))
            }
        }
    }

    private func requests() throws -> [WitnessSuite.Request] {
        guard let most = filled.response?.maxMessages else { return [] }
        let reply = "_REPLY.x"
        let subjects = Words(patterns(filled.subscribe)).subjects(Self.mostSubjects)
        let received = subjects.lazy.flatMap { subject in self.groups.map { (subject, $0) } }.first { subject, group in
            broker.accepts(subject, queue: group) && server.accepts(subject, queue: group)
        }
        guard let (subject, group) = received else { return [] }
        let second = most > 1 ? "reply to \(reply)" : "publish \(reply)"
        return [
            .init(
                subject: subject, queue: group,
                first: try answers(
                    to: "reply to \(reply)", broker.takesAnswer(reply), server.takesAnswer(reply)),
                second: try answers(
                    to: second, most > 1 || broker.takes(reply), most > 1 || server.takes(reply)))
        ]
    }
}

extension EngineDifference {
    /// The difference for one holder.
    fileprivate func filled(_ values: [String: String]) -> EngineDifference {
        func fill(_ text: String) -> String { values.reduce(text) { $0.replacing($1.key, with: $1.value) } }
        return EngineDifference(
            kind: kind, entry: fill(entry), queue: queue.map(fill), subject: fill(subject), object: fill(object),
            sources: sources)
    }
}
