import Messaging
public import NKeys

/// What became of one account that was pushed or deleted.
public struct PushOutcome: Sendable {
    /// The account's name, or its key where the directory does not have it.
    public let name: String
    /// The account's key.
    public let publicKey: PublicKey
    /// What the servers answered, in the order in which they did.
    public let answers: [ClaimsAnswer]
    /// How many answers were expected.
    public let expected: Int
    /// Why nothing was sent; nil where something was.
    public let refusal: String?

    /// Whether every server did what it was asked.
    public var isComplete: Bool { refusal == nil && answers.count >= expected && answers.allSatisfy(\.isAccepted) }
}

extension SystemConnection {
    /// How many updates are on their way at once. More would only fill buffers.
    private static let inFlight = 128

    /// Sends the tokens of accounts to every server, many at a time.
    ///
    /// - Parameters:
    ///   - known: the tokens that servers have, by account: what they have of a later date is not replaced. Nil to
    ///     replace everything.
    ///   - progress: called for each account, in the order in which the last answers arrive.
    public func push(
        _ accounts: [AccountEntry], unlessOlderThan known: [PublicKey: String]? = nil,
        progress: (PushOutcome) throws -> Void = { _ in }
    ) async throws -> [PushOutcome] {
        var waiting = accounts[...]
        var outcomes: [PushOutcome] = []
        return try await withThrowingTaskGroup(of: PushOutcome.self) { group in
            func start() {
                guard let account = waiting.popFirst() else { return }
                let theirs = known?[account.publicKey]
                group.addTask { try await push(account, theirs) }
            }
            for _ in 0..<Self.inFlight { start() }
            while let outcome = try await group.next() {
                outcomes.append(outcome)
                try progress(outcome)
                start()
            }
            return outcomes
        }
    }

    private func push(_ account: AccountEntry, _ theirs: String?) async throws -> PushOutcome {
        if let theirs, try AccountComparison(here: account.token, there: theirs) == .older {
            return PushOutcome(
                name: account.name, publicKey: account.publicKey, answers: [], expected: serverCount,
                refusal: "the servers have a later token: pull it, or push all the same with --force")
        }
        let answers = try await update(account)
        return PushOutcome(
            name: account.name, publicKey: account.publicKey,
            answers: answers.map { ClaimsAnswer(payload: $0.payload) },
            expected: serverCount, refusal: nil)
    }

    /// Sends one token on the subject that somebody listens on.
    private func update(_ account: AccountEntry) async throws -> [Message] {
        let ofAccount = ClaimsSubjects.updateOfAccount.replacing("*", with: account.publicKey.text)
        for subject in [ClaimsSubjects.update, ofAccount] {
            if let answers = try await ask(subject, Array(account.token.utf8)) { return answers }
        }
        throw AdministrationError(
            .distributionFailed, "the server does not take account tokens",
            remedy: "its configuration needs a resolver, and the user must belong to its system account")
    }

    /// Lets every server delete accounts.
    ///
    /// - Parameter request: see ``Change/deletionRequest(_:at:)``.
    public func delete(_ accounts: [(name: String, key: PublicKey)], request: String) async throws -> [PushOutcome] {
        guard let answers = try await ask(ClaimsSubjects.delete, Array(request.utf8)) else {
            throw AdministrationError(
                .distributionFailed, "the server does not delete accounts", remedy: "its configuration needs a resolver"
            )
        }
        let read = answers.map { ClaimsAnswer(payload: $0.payload) }
        return accounts.map { name, key in
            PushOutcome(name: name, publicKey: key, answers: read, expected: serverCount, refusal: nil)
        }
    }
}
