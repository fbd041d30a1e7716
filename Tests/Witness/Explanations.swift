import Policy

/// What `policy explain` says of a user, on each engine.
struct Explanations {
    private let explainer: PolicyExplainer
    private let broker: PolicyExplainer.Visitor
    private let server: PolicyExplainer.Visitor

    init?(_ set: PolicySet, _ account: PolicySet.Account, of user: String) throws {
        explainer = PolicyExplainer(set, account: account)
        guard let broker = try explainer.visitor(.user(user), on: .broker),
            let server = try explainer.visitor(.user(user), on: .natsServer)
        else { return nil }
        (self.broker, self.server) = (broker, server)
    }

    func answers(to sentence: String) throws -> WitnessSuite.Explained {
        .init(chancery: try isAllowed(sentence, broker), natsServer: try isAllowed(sentence, server))
    }

    private func isAllowed(_ sentence: String, _ visitor: PolicyExplainer.Visitor) throws -> Bool {
        try explainer.explain(visitor, sentence).isAllowed
    }
}
