import Authorization
import Subjects

/// Explains what somebody may do, by asking the same questions that tests ask: what is explained is what was decided.
public struct PolicyExplainer {
    private let set: PolicySet
    private let account: PolicySet.Account
    private let graph: AccessGraph

    /// - Parameter moment: Unix seconds, for grants that have ended; nil counts them all.
    public init(_ set: PolicySet, account: PolicySet.Account, at moment: Int64? = nil) {
        self.set = set
        self.account = account
        graph = AccessGraph(set, at: moment)
    }

    /// Somebody who can be asked about.
    public struct Visitor {
        fileprivate let tester: PolicyTester
        fileprivate let visitor: PolicyTester.Visitor
        fileprivate let engine: Engine
    }

    /// Signs somebody in.
    ///
    /// - Parameter engine: the server that answers are for. nats-server is asked by the model of its rules; where it
    ///   decides otherwise than the broker, the explanation says so.
    /// - Returns: nil for a user or a role that the account does not have.
    /// - Throws: what signing with made-up keys throws.
    public func visitor(_ subject: PolicyTest.Subject, on engine: Engine = .broker) throws -> Visitor? {
        guard let holder = account.holder(subject) else { return nil }
        let tester = try PolicyTester(account, set.environment, only: holder.key)
        return Visitor(tester: tester, visitor: try tester.visitor(holder, engine), engine: engine)
    }

    /// - Parameter sentence: such as `publish orders.place`, as tests have it.
    /// - Returns: nil for a user or a role that the account does not have.
    /// - Throws: ``PolicySentence/Fault`` for what is no sentence, and what signing with made-up keys throws.
    public func explain(
        _ subject: PolicyTest.Subject, _ sentence: String, on engine: Engine = .broker
    ) throws -> PolicyExplanation? {
        guard let visitor = try visitor(subject, on: engine) else { return nil }
        return try explain(visitor, sentence)
    }

    /// - Throws: ``PolicySentence/Fault`` for what is no sentence, and what signing with made-up keys throws.
    public func explain(_ visitor: Visitor, _ sentence: String) throws -> PolicyExplanation {
        let act = try PolicySentence.read(sentence)
        let holder = visitor.visitor.holder
        let tester = visitor.tester
        let verdict = try tester.verdict(act, visitor.visitor)
        var decisions: [PolicyExplanation.Decision] = []
        var fillings: [DecisionExplanation.Filling] = []
        if let principal = verdict.principal {
            let asker = PolicyQuestions(
                principal: principal, sources: holder.key?.permissionSources ?? [:], mappings: tester.mappings,
                inbox: nil)
            for question in verdict.questions {
                let found = principal.explain(
                    question.action, subject: Array(question.subject.utf8),
                    queue: question.queue.map { Array($0.utf8) }, decision: question.decision)
                if decisions.isEmpty { fillings = found.fillings }
                decisions.append(decision(question, act, found, asker, tester.realm))
            }
        }
        return PolicyExplanation(
            account: account.policy.account.value, environment: set.environment, role: holder.role.name,
            rolePosition: holder.role.position, user: holder.name, engine: visitor.engine,
            fillings: fillings.map { filling in
                (filling.function, filling.values.map { Self.shown(tester.realm.withoutKeys($0)) })
            },
            sentence: sentence, isAllowed: verdict.isAllowed, reason: verdict.reason, decisions: decisions,
            crossings: verdict.isAllowed ? crossings(act, visitor.engine) : [])
    }

    private func decision(
        _ question: PolicyVerdict.Question, _ act: PolicyTest.Act, _ found: DecisionExplanation,
        _ asker: PolicyQuestions, _ realm: ScratchRealm
    ) -> PolicyExplanation.Decision {
        let queue = question.queue.map { " queue \($0)" } ?? ""
        let verb = question.isReply ? "have answers come to" : "\(question.action)"
        return PolicyExplanation.Decision(
            question: "\(verb) \(question.subject)\(queue)", because: because(question, act),
            isAllowed: question.isAllowed, reason: reason(question, asker),
            considered: found.considered.map { rule in
                PolicyExplanation.ConsideredRule(
                    text: rule.rule.text ?? "", filled: rule.filled.map(realm.withoutKeys),
                    list: Self.words(rule.rule.rule.list),
                    relation: Self.words(rule.relation),
                    isDeciding: rule.isDeciding && question.difference == nil,
                    sources: asker.sources(of: rule.rule.rule))
            }, ruleCount: found.ruleCount)
    }

    /// What stands for a key that is not known before somebody has one.
    private static func shown(_ value: String) -> String {
        switch value {
        case "{{subject()}}": "the user's public key"
        case "{{account-subject()}}": "the account's public key"
        default: value
        }
    }

    private func reason(_ question: PolicyVerdict.Question, _ asker: PolicyQuestions) -> String {
        if let difference = question.difference { return difference.reason }
        if question.action == .deliver, question.decision.isAllowed { return "nothing filters it" }
        return asker.reason(question.decision.rule, asker.sources(of: question.decision.rule))
    }

    private static func words(_ list: Rule.List) -> String {
        switch list {
        case .none: ""
        case .publishAllow: "publish allows"
        case .publishDeny: "publish denies"
        case .subscribeAllow: "subscribe allows"
        case .subscribeDeny: "subscribe denies"
        }
    }

    private static func words(_ relation: DecisionExplanation.Relation) -> String {
        switch relation {
        case .fits: "fits"
        case .overlaps: "overlaps"
        case .otherGroup: "is for another queue group"
        }
    }

    /// How the question comes from what was asked about, where a mapping moved it or a wider subscription is looked at.
    private func because(_ question: PolicyVerdict.Question, _ act: PolicyTest.Act) -> String? {
        if case .receive(let subject, queue: _) = act, question.action == .subscribe, question.subject != subject {
            return "since a subscription to \(subject) alone is refused, and this one is not"
        }
        guard question.action == .publish, let typed = act.published, typed != question.subject else { return nil }
        let bytes = Array(typed.utf8)
        let mapping = account.policy.mappings.first { mapping in
            (try? Pattern(mapping.source.text))?.matches(bytes.span) == true
        }
        return mapping.map { "since \(typed) is mapped by \($0.source.text) (\($0.source.position))" }
    }

    // MARK: Across accounts

    /// What becomes of it in other accounts, or where it comes from.
    private func crossings(_ act: PolicyTest.Act, _ engine: Engine) -> [PolicyExplanation.Crossing] {
        guard let number = graph.numbers[account.policy.account.value] else { return [] }
        if let subject = act.published, let pattern = try? Pattern(subject) {
            let trail = Trail(graph, from: [AccessPlace(account: number, stage: .typed)], SubjectSet([pattern]))
            return trail.stops.flatMap { stop in crossing(stop, stop.place, engine) }
        }
        guard case .receive(let subject, queue: _) = act, let pattern = try? Pattern(subject) else { return [] }
        let trail = Trail(graph, to: [AccessPlace(account: number, stage: .imported)], SubjectSet([pattern]))
        return trail.stops.flatMap { stop in
            stop.place.stage == .routed ? crossing(stop, stop.place, engine) : []
        }
    }

    private func crossing(_ stop: Trail.Stop, _ place: AccessPlace, _ engine: Engine) -> [PolicyExplanation.Crossing] {
        guard let passage = stop.passage, case .sharing(let number) = passage.kind else { return [] }
        let sharing = graph.sharings[number]
        let patterns = ((try? stop.set.leastPatterns()) ?? []).map(\.description).joined(separator: ", ")
        let (importer, exporter) = (graph.accounts[sharing.importer].name, graph.accounts[sharing.exporter].name)
        let here = graph.accounts[place.account].name
        var result = [
            PolicyExplanation.Crossing(
                text:
                    "\(importer) imports the \(sharing.kind.rawValue) \(sharing.toLocal.source) of \(exporter): it is "
                    + "\(patterns) in \(here)", position: sharing.importPosition)
        ]
        if let export = sharing.exportPosition {
            let consent = consent(sharing)
            result.append(.init(text: "\(exporter) exports it\(consent.text)", position: consent.position ?? export))
        }
        guard sharing.kind == .service || place.stage == .imported else { return result }
        let hearers = graph.accounts[place.account].roles.filter { role in
            guard let bound = try? role.bound(on: engine), let received = try? bound.received() else { return false }
            return (try? received.overlaps(stop.set)) == true
        }.map(\.name)
        let heard =
            hearers.isEmpty ? "no role of \(here) hears it" : "heard by \(hearers.joined(separator: ", ")) of \(here)"
        result.append(.init(text: heard, position: nil))
        return result
    }

    private func consent(_ sharing: AccessGraph.Sharing) -> (text: String, position: PolicyPosition?) {
        let importer = graph.accounts[sharing.importer].name
        let export = graph.accounts[sharing.exporter].policy?.policy.exports.first {
            $0.position == sharing.exportPosition
        }
        guard let grant = export?.grants.first(where: { $0.account?.value == importer }) else {
            return (" to everybody", nil)
        }
        return (" and grants \(grant.only?.text ?? "all of it") to \(importer)", grant.position)
    }
}

extension PolicyTest.Act {
    /// The subject that is published on; nil where none is.
    var published: String? {
        switch self {
        case .publish(let subject, reply: _), .request(let subject): subject
        default: nil
        }
    }
}
