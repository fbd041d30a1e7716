import Claims
public import Policy

extension DirectoryReader {
    /// Governed accounts that a set no longer declares: those whose files were applied together with those of an account
    /// that it still has. What another set governs is no business of this one. A set without any file has nothing but what
    /// it calls managed elsewhere to be about: these accounts are let go.
    func accountsReleased(by set: PolicySet, of entry: OperatorEntry) throws -> [AccountEntry] {
        let names = set.accounts.map(\.policy.account.value)
        let elsewhere = set.manifest.accounts.map(\.name.value)
        let finder = SourceFinder(self, [:])
        return try accounts(of: entry).filter { account in
            guard !names.containsExactly(account.name), let texts = try textsInForce(of: account.publicKey) else {
                return false
            }
            if names.isEmpty { return elsewhere.containsExactly(account.name) }
            return finder.accounts(of: texts.hex).contains { names.containsExactly($0) }
        }
    }

    /// The names of the accounts that a set no longer declares, and that an apply lets go of.
    public func accountsReleased(by set: PolicySet, at place: Place) throws -> [String] {
        try accountsReleased(by: set, of: self.operator(at: place)).map(\.name)
    }

    /// What applying a set changes in what governs the accounts that are there.
    public func governingChanges(by set: PolicySet, at place: Place) throws -> [AccessChange] {
        let entry = try self.operator(at: place)
        let names = set.accounts.map(\.policy.account.value)
        let finder = SourceFinder(self, [:])
        return try names.sorted().compactMap { name in
            guard let account = try findAccount(EntityReference(name), of: entry) else { return nil }
            return .governing(name, from: try textsInForce(of: account.publicKey)?.hex, to: names, finder)
        }
    }

    /// The names of governed accounts that are none of some.
    func accountsGoverned(besides names: [String], of entry: OperatorEntry) throws -> [String] {
        try accounts(of: entry).filter { account in
            guard !names.containsExactly(account.name) else { return false }
            return try isGoverned(account.publicKey)
        }.map(\.name)
    }
}

extension AccessChange {
    /// An account that a set takes hold of: nobody's, or that of another set. A set is another one if each of the two has
    /// accounts that the other has not.
    ///
    /// - Parameters:
    ///   - texts: those that govern it, in hexadecimal; nil for a free one.
    ///   - names: of the accounts of the set.
    /// - Returns: nil where the set goes on with it.
    static func governing(
        _ account: String, from texts: String?, to names: [String], _ finder: SourceFinder
    ) -> AccessChange? {
        guard let texts else { return .governed(account) }
        let others = finder.accounts(of: texts)
        guard names.contains(where: { !others.containsExactly($0) }),
            others.contains(where: { !names.containsExactly($0) })
        else { return nil }
        return .taken(account, from: others, to: names)
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
