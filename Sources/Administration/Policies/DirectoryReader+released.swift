import Claims
public import Policy

extension DirectoryReader {
    /// Governed accounts that a set no longer declares: those whose files were applied together with those of an account
    /// that it still has. What another set governs is no business of this one.
    func accountsReleased(by set: PolicySet, of entry: OperatorEntry) throws -> [AccountEntry] {
        let names = set.accounts.map(\.policy.account.value)
        let finder = SourceFinder(self, [:])
        return try accounts(of: entry).filter { account in
            guard !names.containsExactly(account.name), let texts = try textsInForce(of: account.publicKey) else {
                return false
            }
            return finder.set(texts.hex)?.accounts.contains { names.containsExactly($0.policy.account.value) } ?? false
        }
    }

    /// The names of the accounts that a set no longer declares, and that an apply lets go of.
    public func accountsReleased(by set: PolicySet, at place: Place) throws -> [String] {
        try accountsReleased(by: set, of: self.operator(at: place)).map(\.name)
    }
}

extension GovernedState {
    /// The same account with nothing that governs it: what it is, it stays.
    var released: GovernedState {
        var state = self
        (state.texts, state.leaves, state.requests) = (nil, [], [])
        return state
    }
}
