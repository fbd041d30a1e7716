import Authorization
import Subjects

/// What somebody who is in may do: every sentence of a test but `connect`, asked of the one decision.
struct PolicyQuestions {
    let principal: Principal
    /// Where the entries of the role's claims come from.
    let sources: [String: [PolicyPosition]]
    let mappings: SubjectMappings
    /// The pattern of the role's inbox; nil for none.
    let inbox: String?
    /// What nats-server does otherwise, where the answers are for that.
    var server: ServerAnswers?

    func verdict(_ act: PolicyTest.Act) -> PolicyVerdict {
        switch act {
        case .publish(let subject, let reply): publish(subject, reply)
        case .request(let subject): request(subject)
        case .subscribe(let pattern, let queue): ask(.subscribe, pattern, queue)
        case .receive(let subject, let queue): receive(subject, queue)
        case .reply(let subject): ask(.respond, subject)
        case .get(let bucket, let key): request("$JS.API.DIRECT.GET.KV_\(bucket).$KV.\(bucket).\(key)")
        case .put(let bucket, let key): request("$KV.\(bucket).\(key)")
        case .next(let stream, let consumer): request("$JS.API.CONSUMER.MSG.NEXT.\(stream).\(consumer)")
        case .connect: PolicyVerdict(isAllowed: true, reason: "")
        }
    }

    private func ask(_ action: Action, _ subject: String, _ queue: String? = nil) -> PolicyVerdict {
        let bytes = Array(subject.utf8)
        if action == .subscribe, (try? Pattern(subject)) == nil {
            return PolicyVerdict(isAllowed: false, reason: "\(subject) is no subject")
        }
        let decision = principal.permissions.decide(action, subject: bytes.span, queue: queue.map { Array($0.utf8) })
        return verdict(PolicyVerdict.Question(action: action, subject: subject, queue: queue, decision: decision))
    }

    /// Whether a message may name a subject for answers.
    private func ask(reply: String) -> PolicyVerdict {
        let decision = principal.permissions.decide(reply: Array(reply.utf8).span)
        return verdict(
            PolicyVerdict.Question(action: .subscribe, subject: reply, isReply: true, decision: decision))
    }

    private func verdict(_ asked: PolicyVerdict.Question) -> PolicyVerdict {
        var question = asked
        question.difference = server?.difference(from: asked)
        if let difference = question.difference {
            return PolicyVerdict(
                isAllowed: question.isAllowed, reason: difference.reason, sources: difference.sources,
                questions: [question])
        }
        let rule = question.decision.rule
        let found = sources(of: rule)
        return PolicyVerdict(
            isAllowed: question.isAllowed, reason: reason(rule, found), sources: found, questions: [question])
    }

    func sources(of rule: Rule) -> [PolicyPosition] {
        rule.entry < 0 ? [] : sources["\(rule.list.pointer)/\(rule.entry)"] ?? []
    }

    /// The rule in the words of the file, with its place there.
    func reason(_ rule: Rule, _ sources: [PolicyPosition]) -> String {
        let what = rule.list == .publishAllow || rule.list == .publishDeny ? "publish" : "subscribe"
        let text = principal.explain(rule).text ?? ""
        let place = sources.first.map { " (\($0))" } ?? ""
        switch rule.effect {
        case .unrestricted: return "the role allows everything"
        case .allow: return "allowed by \(text)\(place)"
        case .deny:
            if sources.isEmpty {
                return text == "> >" ? "the role joins no queue group" : "the role allows nothing of it"
            }
            return "denied by \(text)\(place)"
        case .noAllow: return "no rule of \(what) fits"
        case .queue: return "\(text)\(place) is not for this queue group"
        case .reply: return "an answer to a request"
        case .foreignReply: return "the role may not subscribe to the reply subject by itself"
        case .reserved: return "the subject is the server's own"
        }
    }

    private func publish(_ subject: String, _ reply: String?) -> PolicyVerdict {
        let verdict = publish(subject)
        guard verdict.isAllowed, let reply else { return verdict }
        let answer = ask(reply: reply)
        let questions = verdict.questions + answer.questions
        guard answer.isAllowed else {
            return PolicyVerdict(
                isAllowed: false, reason: "answers to \(reply): \(answer.reason)", sources: answer.sources,
                questions: questions)
        }
        return PolicyVerdict(
            isAllowed: true, reason: verdict.reason, sources: verdict.sources + answer.sources, questions: questions)
    }

    /// As typed: every destination of a mapping has to be allowed.
    private func publish(_ subject: String) -> PolicyVerdict {
        let bytes = Array(subject.utf8)
        guard let pattern = try? Pattern(subject), pattern.wildcardCount == 0, !pattern.hasTail else {
            return PolicyVerdict(isAllowed: false, reason: "\(subject) is no subject to publish on")
        }
        guard let mapping = mappings.mappings.first(where: { $0.source.matches(bytes.span) }) else {
            return ask(.publish, subject)
        }
        var last = PolicyVerdict(isAllowed: true, reason: "a mapping leads nowhere")
        var sources: [PolicyPosition] = []
        var questions: [PolicyVerdict.Question] = []
        for share in mapping.shares() {
            guard let transform = share.transform, let mapped = transform.rename(bytes.span) else { continue }
            last = ask(.publish, String(decoding: mapped, as: UTF8.self))
            sources += last.sources
            questions += last.questions
            guard last.isAllowed else {
                last.questions = questions
                return last
            }
        }
        return PolicyVerdict(isAllowed: true, reason: last.reason, sources: sources, questions: questions)
    }

    /// A publish, with an inbox that the answer may come to.
    private func request(_ subject: String) -> PolicyVerdict {
        let published = publish(subject)
        guard published.isAllowed else { return published }
        guard let inbox else {
            return PolicyVerdict(
                isAllowed: false, reason: "the role has no inbox for the answer", questions: published.questions)
        }
        let reply = inbox.replacing("{{name()}}", with: principal.name).replacing(">", with: "x1")
        let verdict = publish(subject, reply)
        guard verdict.isAllowed else { return verdict }
        let listening = ask(.subscribe, reply)
        return PolicyVerdict(
            isAllowed: listening.isAllowed, reason: listening.isAllowed ? verdict.reason : listening.reason,
            sources: verdict.sources + listening.sources, questions: verdict.questions + listening.questions)
    }

    /// A delivery passes: some subscription gets the subject, and nothing filters it.
    private func receive(_ subject: String, _ queue: String?) -> PolicyVerdict {
        // On nats-server a wider subscription may carry what one to the subject alone does not.
        let carrier = server?.carrier(of: subject, queue) ?? subject
        let subscription = ask(.subscribe, carrier, queue)
        guard subscription.isAllowed else { return subscription }
        let delivery = ask(.deliver, subject, queue)
        var verdict = delivery.isAllowed ? subscription : delivery
        verdict.questions = subscription.questions + delivery.questions
        return verdict
    }
}
