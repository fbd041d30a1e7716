extension AdministrationError {
    /// What pushes and deletions came to that did not succeed everywhere; nil if all did.
    ///
    /// Somebody who was refused must not be told to try again, so what servers said no to is told apart from what they
    /// did not hear.
    public init?(failed outcomes: [PushOutcome]) {
        let failed = outcomes.filter { !$0.isComplete }
        let objections = failed.compactMap(\.objection)
        let unheard = failed.count - objections.count
        var parts: [String] = []
        if let first = objections.first {
            let isOne = objections.allSatisfy { $0 == first }
            parts.append("\(Self.accounts(objections.count)) refused" + (isOne ? ": \(first)" : ", as said above"))
        }
        if unheard > 0 { parts.append("\(Self.accounts(unheard)) did not reach every server") }
        guard !parts.isEmpty else { return nil }
        self.init(
            .distributionFailed, parts.reversed().joined(separator: ", and "),
            remedy: unheard > 0
                ? "see above, and push again when the servers are there"
                : "do what the answer asks for: the same request would be refused again")
    }

    private static func accounts(_ count: Int) -> String { count == 1 ? "1 account" : "\(count) accounts" }
}
