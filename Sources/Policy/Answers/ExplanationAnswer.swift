/// An explanation as machines read it.
public struct ExplanationAnswer: Codable, Sendable {
    struct Rule: Codable, Sendable {
        var deciding: Bool
        var filled: [String]
        var list: String
        var places: [String]
        var relation: String
        var text: String
    }

    struct Decision: Codable, Sendable {
        var allowed: Bool
        var because: String?
        /// Rules about other subjects.
        var others: Int?
        var question: String
        var reason: String
        var rules: [Rule]
    }

    struct Crossing: Codable, Sendable {
        var place: String?
        var text: String
    }

    var account: String
    public private(set) var allowed: Bool
    var crossings: [Crossing]
    var decisions: [Decision]
    var engine: String
    var environment: String?
    var reason: String
    var role: String
    var role_place: String?
    var sentence: String
    var user: String
    var values: [String: [String]]

    public init(_ explanation: PolicyExplanation) {
        account = explanation.account
        allowed = explanation.isAllowed
        crossings = explanation.crossings.map { Crossing(place: $0.position?.description, text: $0.text) }
        decisions = explanation.decisions.map { decision in
            Decision(
                allowed: decision.isAllowed, because: decision.because,
                others: decision.ruleCount > decision.considered.count
                    ? decision.ruleCount - decision.considered.count : nil,
                question: decision.question, reason: decision.reason,
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
        role_place = explanation.rolePosition?.description
        sentence = explanation.sentence
        user = explanation.user
        values = Dictionary(
            explanation.fillings.map { ($0.function, $0.values) }, uniquingKeysWith: { one, _ in one })
    }
}

extension ExplanationAnswer: CustomStringConvertible {
    /// What people read, in lines.
    public var description: String {
        let server = engine == Engine.broker.rawValue ? "" : " on \(engine)"
        var lines = ["\(user) \(allowed ? "may" : "may not") \(sentence)\(server): \(reason)", ""]
        let place = role_place.map { " (\($0))" } ?? ""
        lines.append("  as       \(user), role \(role) of \(account)\(place)\(environment.map { ", in \($0)" } ?? "")")
        for (function, values) in values.sorted(by: { $0.key < $1.key }) {
            lines.append("  with     {{\(function)}} = \(values.joined(separator: ", "))")
        }
        for decision in decisions {
            lines.append("")
            lines.append("  \(decision.allowed ? "allowed" : "denied ")  \(decision.question)")
            if let because = decision.because { lines.append("           \(because)") }
            for rule in decision.rules { lines.append(Self.line(rule)) }
            lines.append("           \(decision.reason)")
            if let others = decision.others { lines.append("           \(others) more rules are about other subjects") }
        }
        if !crossings.isEmpty { lines.append("") }
        for crossing in crossings {
            lines.append("  then     \(crossing.text)" + (crossing.place.map { " (\($0))" } ?? ""))
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ rule: Rule) -> String {
        var line = "  \(rule.deciding ? "      >" : "       ")  \(rule.list) \(rule.text) \(rule.relation)"
        if rule.filled != [rule.text], !rule.filled.isEmpty { line += " as \(rule.filled.joined(separator: ", "))" }
        if !rule.places.isEmpty { line += " (\(rule.places.joined(separator: ", ")))" }
        return line
    }
}
