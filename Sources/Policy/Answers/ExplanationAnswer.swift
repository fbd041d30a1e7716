/// An explanation as machines read it.
public struct ExplanationAnswer: Encodable, Sendable {
    struct Rule: Encodable, Sendable {
        var deciding: Bool
        var filled: [String]
        var list: String
        var places: [String]
        var relation: String
        var text: String
    }

    struct Decision: Encodable, Sendable {
        var allowed: Bool
        var because: String?
        var question: String
        var reason: String
        var rules: [Rule]
    }

    struct Crossing: Encodable, Sendable {
        var place: String?
        var text: String
    }

    var account: String
    var allowed: Bool
    var crossings: [Crossing]
    var decisions: [Decision]
    var engine: String
    var environment: String?
    var reason: String
    var role: String
    var sentence: String
    var user: String
    var values: [String: [String]]

    public init(_ explanation: PolicyExplanation) {
        account = explanation.account
        allowed = explanation.isAllowed
        crossings = explanation.crossings.map { Crossing(place: $0.position?.description, text: $0.text) }
        decisions = explanation.decisions.map { decision in
            Decision(
                allowed: decision.isAllowed, because: decision.because, question: decision.question,
                reason: decision.reason,
                rules: decision.considered.map { rule in
                    Rule(
                        deciding: rule.isDeciding, filled: rule.filled, list: rule.list,
                        places: rule.sources.map(\.description), relation: rule.relation, text: rule.text)
                })
        }
        engine = explanation.engine.rawValue
        environment = explanation.environment
        reason = explanation.reason
        role = explanation.role
        sentence = explanation.sentence
        user = explanation.user
        values = Dictionary(
            explanation.fillings.map { ($0.function, $0.values) }, uniquingKeysWith: { one, _ in one })
    }
}
