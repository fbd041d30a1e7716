extension PolicySet {
    /// Whether an account of it can have streams.
    public var hasStreams: Bool { accounts.contains { $0.policy.hasJetStream } }

    /// The server that runs it: streams are nats-server's own, so that a set with streams is run by that.
    public func engine(_ asked: Engine) -> Engine { hasStreams ? .natsServer : asked }

    /// What is wrong with the set beyond its files' own mistakes: rules under `never` that are broken, each with the way that
    /// breaks it, warnings about what is probably not meant, and for nats-server notes on what it does otherwise.
    ///
    /// Whoever puts a set into force looks at this first.
    ///
    /// - Parameters:
    ///   - moment: Unix seconds: a grant that has ended by then gives nobody anything. Nil counts all.
    ///   - patience: at its end it is an error that not every rule was looked at.
    /// - Returns: in the order of files and places.
    public func problems(
        for engine: Engine = .broker, at moment: Int64? = nil, patience: Patience = .endless
    ) -> [PolicyProblem] {
        let analysis = AccessAnalysis(self, engine: engine, at: moment, patience: patience)
        var lint = LintChecker(self, analysis.graph, at: moment)
        lint.check()
        if engine == .natsServer { lint.compareEngines() }
        var never = NeverChecker(self, analysis)
        never.check()
        return PolicyProblem.inOrder(lint.problems + never.problems)
    }

    /// Everything that there is to say about sets that could be read, such as the environments of one: each once.
    public static func problems(
        of sets: [PolicySet], for engine: Engine = .broker, at moment: Int64? = nil, patience: Patience = .endless
    ) -> [PolicyProblem] {
        PolicyProblem.inOrder(
            Set(sets.flatMap { $0.warnings + $0.problems(for: engine, at: moment, patience: patience) }))
    }
}
