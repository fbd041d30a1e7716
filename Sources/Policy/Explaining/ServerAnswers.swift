import Authorization
import Claims
import Subjects

/// What nats-server answers about one holder of a role where it decides otherwise than the one decision, and why.
struct ServerAnswers {
    /// That it decides otherwise.
    struct Difference {
        let reason: String
        /// Where the entry stands in the files that makes it do so.
        let sources: [PolicyPosition]
    }

    private let model: EngineModel
    private let differences: [EngineDifference]

    init(_ role: CompiledRole, _ values: PermissionTemplate.Values) throws {
        model = try EngineModel(.natsServer, role, values)
        var comparison = try EngineComparison(role, values)
        differences = try comparison.run()
    }

    /// The pattern of a subscription through which a subject is delivered; nil where there is none.
    func carrier(of subject: String, _ queue: String?) -> String? { model.carrier(of: subject, queue: queue) }

    /// Nil where the answer is the same.
    func difference(from question: PolicyVerdict.Question) -> Difference? {
        // Names that are the server's own are so on both.
        guard question.decision.rule.effect != .reserved, isAllowed(question) != question.decision.isAllowed else {
            return nil
        }
        if question.isReply {
            return Difference(reason: "nats-server asks nothing of the reply subjects of messages", sources: [])
        }
        guard question.action == .subscribe else {
            return Difference(reason: "nats-server decides otherwise on this subject", sources: [])
        }
        let known = differences.first { $0.covers(subscription: question.subject, queue: question.queue) }
        let fits = "the pattern of a subscription, taken for a subject, fits"
        guard let known else { return Difference(reason: fits + " another entry there", sources: []) }
        let place = known.sources.first.map { " (\($0))" } ?? ""
        let isDenied = known.kind == .narrowerSubscription
        let kept = isDenied ? "" : "; delivered is what no deny keeps back"
        return Difference(
            reason:
                "\(isDenied ? "denied by" : "allowed by") \(known.entry)\(place) on nats-server, where \(fits) it\(kept)",
            sources: known.sources)
    }

    private func isAllowed(_ question: PolicyVerdict.Question) -> Bool {
        if question.isReply { return true }
        switch question.action {
        case .publish: return model.takes(question.subject)
        case .respond: return model.takesAnswer(question.subject)
        case .subscribe: return model.accepts(question.subject, queue: question.queue)
        case .deliver: return model.delivers(question.subject, queue: question.queue)
        case .connect, .importUse: return question.decision.isAllowed
        }
    }
}
