import AdminAPI
import Administration
import Claims
import Messaging
import NKeys
import ServiceLifecycle

/// The road to the servers, of the service's own or a cluster: through the system account, one round after the other.
///
/// What comes while a round is on its way goes with the next one together, with the tokens that are current then: so no
/// older token ever follows a newer one.
actor EngineRoad: Distributor {
    private struct Waiting {
        let accounts: Set<PublicKey>
        let deleted: Set<PublicKey>
        let done: CheckedContinuation<DistributionOutcome, Never>
    }

    static let timeout = Duration.seconds(5)
    /// Seconds after which the connection's user is made anew.
    static let lifetime: Int64 = 43_200
    /// How many accounts are brought at once where it is about all of them: changes go between.
    private static let portion = 1_000

    let directory: Directory
    private let entry: OperatorEntry
    /// Where servers are; one is enough, and another one is asked where it does not answer.
    let addresses: [ServerAddress]
    /// Which of them is spoken to.
    var current = 0
    var connection: SystemConnection?
    /// The way to a connection, where one is on it.
    var opening: Task<SystemConnection, any Error>?
    var signIn: SignIn?
    var signedAt: Int64 = 0
    /// The servers; nobody keeps an eye on the service's own.
    var roster = ServerRoster()
    /// Whether somebody answered when it was last asked who is there: a connection outlives a server that has stopped for long.
    var isAnswered = true
    /// Whether the log was told that nobody there can be reached, and not yet that somebody can be again.
    private var isLost = false
    /// Who has come, and has not been given what he missed.
    var news = ServerRoster.News()
    private var waiting: [Waiting] = []
    private var isOnItsWay = false
    /// What servers still have to hear of.
    private var unsettled: Set<PublicKey> = []
    /// The settings that servers were given last.
    private var settings: [PublicKey: String] = [:]
    /// The versions that every server has taken that is there.
    private var settled: [PublicKey: TokenVersion] = [:]

    /// What servers that are gone have missed.
    private var missed: Set<PublicKey> = []

    /// The operator's token that the service's own server was given last.
    private var operatorToken: String
    private let reload: (@Sendable ([String]) async -> Void)?

    /// - Parameters:
    ///   - addresses: where servers are; at least one.
    ///   - reload: gives the service's own server other tokens of the operator; nil where there is none.
    init(
        _ directory: Directory, of entry: OperatorEntry, at addresses: [ServerAddress],
        reload: (@Sendable ([String]) async -> Void)? = nil
    ) {
        (self.directory, self.entry, self.addresses) = (directory, entry, addresses)
        (operatorToken, self.reload) = (entry.token, reload)
    }

    func reloadOperator() async {
        guard let current = try? await work({ [place] in try $0.read { try $0.operator(at: place) } }),
            current.token != operatorToken
        else { return }
        let old = operatorToken
        operatorToken = current.token
        let signed = await signTrusted()
        if !signed.isEmpty {
            // As long as accounts of both kinds are there, both kinds are trusted.
            await reload?([old, current.token])
            _ = await bringIntoForce(signed, forgetting: [])
        }
        guard let reload else {
            return Console.say(
                "the operator's token has changed: give it to the servers, with \"chancery generate config\"")
        }
        await reload([current.token])
    }

    /// Signs again what servers will trust no more once they have the operator's token, so that the service is not locked out.
    private func signTrusted() async -> [PublicKey] {
        let reference = EntityReference(entry.publicKey)
        do {
            let signed = try await work { directory in
                try directory.change("serve: the operator requires signing keys") {
                    try $0.keepTrust(in: reference)
                }.value
            }
            if !signed.isEmpty {
                Console.say("signed \(signed.count) accounts again, since the operator requires signing keys")
            }
            return signed
        } catch {
            Console.say("accounts cannot be signed with a key that the operator requires: \(Self.words(error))")
            return []
        }
    }

    /// Whether the servers are others than the service's own.
    var isOfOthers: Bool { reload == nil }

    var place: Place { Place(operator: EntityReference(entry.publicKey)) }

    func bringIntoForce(
        _ accounts: [PublicKey], forgetting deleted: [PublicKey], cutting cuts: [ConnectionCut]
    ) async -> DistributionOutcome {
        var outcome = await bringIntoForce(accounts, forgetting: deleted)
        guard outcome.failure == nil else { return outcome }
        // A server that has nothing to do with an account has no connections of it either.
        let cuts = cuts.filter { cut in
            outcome.servers.contains { $0.account == cut.account.text && $0.state != .silent }
        }
        guard !cuts.isEmpty else { return outcome }
        let found = try? await connected().awaitEnd(of: cuts) { [directory] account in
            try await directory.work { try $0.read { try $0.accountEntry(account) } }?.claims()
        }
        for account in Set(cuts.map(\.account)) { outcome.add(found?[account] ?? [], of: account) }
        return outcome
    }

    private func bringIntoForce(
        _ accounts: [PublicKey], forgetting deleted: [PublicKey]
    ) async -> DistributionOutcome {
        await withCheckedContinuation { done in
            waiting.append(Waiting(accounts: Set(accounts), deleted: Set(deleted), done: done))
            if !isOnItsWay {
                isOnItsWay = true
                Task { await self.go() }
            }
        }
    }

    /// Brings every account of the operator.
    func bringEverything() async {
        let all = try? await work { [place] in try $0.read { try $0.accounts(of: $0.operator(at: place)) } }
        var rest = (all ?? []).map(\.publicKey)[...]
        repeat {
            let outcome = await bringIntoForce(Array(rest.prefix(Self.portion)), forgetting: [])
            if let failure = outcome.failure, !isLost { Console.say("the servers cannot be reached: \(failure)") }
            for server in outcome.servers where server.state == .refused {
                Console.say("\(server.server) did not take \(server.account): \(server.detail ?? "")")
            }
            rest = rest.dropFirst(Self.portion)
        } while !rest.isEmpty
    }

    /// Tries again what did not reach every server, and what others have changed in the directory.
    func settle() async {
        await reloadOperator()
        await welcome()
        let behind = try? await work { [place] in try $0.read { try $0.accountsBehind(of: $0.operator(at: place)) } }
        // What every server has that is there is settled, also where one is gone that once had something else.
        let news = (behind ?? [:]).filter { settled[$0.key] != $0.value }
        let accounts = unsettled.union(news.keys)
        if !accounts.isEmpty { _ = await bringIntoForce(Array(accounts), forgetting: []) }
    }

    /// Has the log say that the engine is lost, once.
    func noteLost(_ reason: String) {
        guard isOfOthers, !isLost else { return }
        isLost = true
        Console.warn("the engine is lost: \(reason); what changes is kept, and tried again every second")
    }

    /// Has the log say that the engine is back that was lost, once.
    func noteBack() {
        guard isLost else { return }
        isLost = false
        Console.say("the engine is back: \(addresses[current])")
    }

    func isReady() async -> Bool { (try? await connected()) != nil && isAnswered }

    /// Gives servers that have come what they do not have: whoever was away what was missed, and whoever has started everything.
    private func welcome() async {
        guard isOfOthers else { return }
        await lookAround()
        let come = news
        news = ServerRoster.News()
        if !come.started.isEmpty {
            (settings, missed) = ([:], [])
            await bringEverything()
        } else if !come.returned.isEmpty {
            unsettled.formUnion(missed)
            missed = []
        }
    }

    // MARK: Rounds

    private func go() async {
        while !waiting.isEmpty {
            let round = waiting
            waiting = []
            let accounts = round.reduce(into: Set<PublicKey>()) { $0.formUnion($1.accounts) }
            let deleted = round.reduce(into: Set<PublicKey>()) { $0.formUnion($1.deleted) }
            let outcome = await bring(accounts, forgetting: deleted)
            for one in round {
                let keys = Set(one.accounts.union(one.deleted).map(\.text))
                one.done.resume(
                    returning: DistributionOutcome(
                        servers: outcome.servers.filter { keys.contains($0.account) }, failure: outcome.failure))
            }
        }
        isOnItsWay = false
    }

    private func bring(_ accounts: Set<PublicKey>, forgetting deleted: Set<PublicKey>) async -> DistributionOutcome {
        unsettled.formUnion(accounts)
        do {
            let outcomes = try await push(accounts, forgetting: deleted)
            noteWhoAnswered(outcomes)
            for outcome in outcomes where outcome.isComplete || outcome.isHeldBack || isHeldByPresent(outcome) {
                unsettled.remove(outcome.publicKey)
                settled[outcome.publicKey] = outcome.version
                if !outcome.isComplete, !outcome.isHeldBack { missed.insert(outcome.publicKey) }
            }
            return DistributionOutcome(servers: outcomes.flatMap(Self.servers))
        } catch {
            await close()
            return DistributionOutcome(failure: Self.words(error))
        }
    }

    private func push(_ accounts: Set<PublicKey>, forgetting deleted: Set<PublicKey>) async throws -> [PushOutcome] {
        let (place, owner) = (place, entry.publicKey)
        let entries = try await work { directory in
            try directory.read { reader in
                try accounts.sorted().compactMap { try reader.accountEntry($0) }.filter { $0.operator == owner }
            }
        }
        unsettled.subtract(accounts.subtracting(entries.map(\.publicKey)))
        try await pushSettings(of: entries)
        var outcomes: [PushOutcome]
        do {
            outcomes = try await connected().push(entries)
            if try await isWorthAnotherTry(outcomes) { outcomes = try await connected().push(entries) }
        } catch is ClientError {
            await close()
            outcomes = try await connected().push(entries)
        }
        if !deleted.isEmpty {
            // A server that deletes nothing admits nobody either whom the account's last token revokes.
            let farewells = try await work { directory in
                try directory.read { reader in
                    try deleted.sorted().compactMap { try reader.departedAccount($0, of: owner) }
                }
            }
            if !farewells.isEmpty { _ = try await connected().push(farewells) }
            let request = try await work { directory in
                try directory.change("serve: delete accounts on servers") {
                    try $0.deletionRequest(deleted.sorted(), at: place)
                }.value
            }
            outcomes += try await connected().delete(deleted.sorted().map { ($0.text, $0) }, request: request)
        }
        let noted = outcomes
        try await work { directory in
            _ = try directory.change("serve: servers answered") { try $0.noteDeliveries(noted) }
        }
        return outcomes
    }

    /// Settings go first: a role is never without the rules for its replies. Those that servers have are not sent again.
    private func pushSettings(of entries: [AccountEntry]) async throws {
        let wanted = try await work { try $0.settings(of: entries) }
        let news = wanted.filter { settings[$0.key] != $0.value }
        guard !news.isEmpty else { return }
        let outcomes: [SettingsOutcome]
        do { outcomes = try await connected().push(settings: news) } catch is ClientError {
            await close()
            outcomes = try await connected().push(settings: news)
        }
        if let refused = outcomes.first(where: { $0.objection != nil }) {
            throw AdministrationError(
                .distributionFailed,
                "a server did not take the settings of \(refused.publicKey): \(refused.objection ?? "")")
        }
        settings.merge(news) { _, new in new }
    }

    func work<Result: Sendable>(
        _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await directory.work(body)
    }

    // MARK: Words

    private static func servers(_ outcome: PushOutcome) -> [DistributionOutcome.Server] {
        let key = outcome.publicKey.text
        if let refusal = outcome.refusal {
            return [.init(server: "", account: key, state: .silent, detail: refusal)]
        }
        let answered = outcome.answers.map { answer in
            DistributionOutcome.Server(
                server: answer.server, account: key, state: answer.isAccepted ? .inForce : .refused,
                detail: answer.isAccepted ? nil : answer.text)
        }
        return answered
            + outcome.silent.map { .init(server: $0 ?? "", account: key, state: .silent, detail: "it did not answer") }
    }

    static func words(_ error: any Error) -> String {
        switch error {
        case let error as AdministrationError: error.message
        case let error as ClientError: error.message
        default: "the servers cannot be reached"
        }
    }
}

/// Looks every second whether servers are behind.
struct RoadKeeper: Service {
    let road: EngineRoad

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                await road.settle()
            }
        }
    }
}
