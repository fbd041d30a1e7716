extension PolicySet {
    /// What is wrong with the set beyond its files' own mistakes: rules under `never` that are broken, with the route.
    ///
    /// Whoever puts a set into force looks at this first.
    public func problems(for engine: Engine = .broker) -> [PolicyProblem] {
        var checker = NeverChecker(self, AccessAnalysis(self, engine: engine))
        checker.check()
        return checker.problems
    }
}
