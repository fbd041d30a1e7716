public import Claims
import Messaging
public import NKeys
import Wire

/// What became of one account that was pushed or deleted.
public struct PushOutcome: Sendable {
    /// The account's name, or its key where the directory does not have it.
    public let name: String
    /// The account's key.
    public let publicKey: PublicKey
    /// The version of the token that was sent; nil for a deletion.
    public let version: TokenVersion?
    /// What the servers answered, in the order in which they did.
    public let answers: [ClaimsAnswer]
    /// How many answers were expected.
    public let expected: Int
    /// Who of those that are expected did not answer, as far as they are known.
    public var unheard: [String] = []
    /// Why nothing was sent, or nobody can have answered; nil where something was.
    public let refusal: String?
    /// Whether nothing was sent, since servers have a later token.
    public var isHeldBack = false

    /// Each server that was expected and did not answer: its name, or nil where nobody knows it.
    public var silent: [String?] {
        unheard + Array(repeating: nil, count: max(0, expected - answers.count - unheard.count))
    }

    /// Whether every server did what it was asked.
    public var isComplete: Bool { refusal == nil && answers.count >= expected && answers.allSatisfy(\.isAccepted) }

    /// Why servers have not what was sent although they answered: in their words, or ours where nothing was sent. Nil
    /// if they did what they were asked, or did not answer.
    public var objection: String? {
        isHeldBack ? refusal : answers.first { !$0.isAccepted }?.text
    }
}

extension SystemConnection {
    /// How many requests are on their way at once. More would only fill buffers.
    static let inFlight = 128
    /// What a server of ours is told that is to take a token although it has a later one.
    static let forceHeader = "Chancery-Force"

    /// Sends the tokens of accounts to every server, many at a time.
    ///
    /// What is wrong with one account is part of its outcome, and the others are sent all the same.
    ///
    /// - Parameters:
    ///   - known: the tokens that servers have, by account: what they have of a later date is not replaced. Nil to
    ///     replace everything.
    ///   - progress: called for each account, in the order in which the last answers arrive.
    public func push(
        _ accounts: [AccountEntry], unlessOlderThan known: [PublicKey: String]? = nil, isForced: Bool = false,
        progress: (PushOutcome) throws -> Void = { _ in }
    ) async throws -> [PushOutcome] {
        try await inFlight(accounts, progress) { account in
            await push(account, known?[account.publicKey], isForced: isForced)
        }
    }

    /// Does something for each element, many at a time, and calls `progress` in the order in which they are done.
    func inFlight<Element: Sendable, Result: Sendable>(
        _ elements: [Element], _ progress: (Result) throws -> Void,
        _ work: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        var waiting = elements[...]
        var results: [Result] = []
        results.reserveCapacity(elements.count)
        return try await withThrowingTaskGroup(of: Result.self) { group in
            func start() {
                guard let element = waiting.popFirst() else { return }
                group.addTask { try await work(element) }
            }
            for _ in 0..<Self.inFlight { start() }
            while let result = try await group.next() {
                results.append(result)
                try progress(result)
                start()
            }
            return results
        }
    }

    private func push(_ account: AccountEntry, _ theirs: String?, isForced: Bool) async -> PushOutcome {
        func outcome(_ answers: [Message], refusal: String? = nil) -> PushOutcome {
            self.outcome(account.name, account.publicKey, TokenVersion(of: account.token), answers, refusal)
        }
        do {
            if let theirs, try AccountComparison(here: account.token, there: theirs) == .older {
                var held = outcome(
                    [], refusal: "the servers have a later token: pull it, or push all the same with --force")
                held.isHeldBack = true
                return held
            }
            return outcome(try await update(account, isForced: isForced))
        } catch let error as ClientError {
            return outcome([], refusal: error.message)
        } catch let error as AdministrationError {
            return outcome([], refusal: error.description)
        } catch {
            return outcome([], refusal: "\(error)")
        }
    }

    private func outcome(
        _ name: String, _ key: PublicKey, _ version: TokenVersion?, _ messages: [Message], _ refusal: String? = nil
    ) -> PushOutcome {
        let answers = messages.map { ClaimsAnswer(payload: $0.payload) }
        var outcome = PushOutcome(
            name: name, publicKey: key, version: version, answers: answers,
            expected: roster.map { max(1, $0.all.count) } ?? serverCount, refusal: refusal)
        let heard = Set(answers.map(\.server))
        outcome.unheard = roster?.all.filter { !heard.contains($0) } ?? []
        return outcome
    }

    /// Sends one token on the subject that somebody listens on.
    private func update(_ account: AccountEntry, isForced: Bool) async throws -> [Message] {
        let ofAccount = ClaimsSubjects.updateOfAccount.replacing("*", with: account.publicKey.text)
        var headers = Headers()
        if isForced { try headers.set(Self.forceHeader, "true") }
        for subject in [ClaimsSubjects.update, ofAccount] {
            if let answers = try await ask(subject, Array(account.token.utf8), headers) { return answers }
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
        return accounts.map { name, key in outcome(name, key, nil, answers) }
    }
}
