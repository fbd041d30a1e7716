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

    private static let timeout = Duration.seconds(5)
    /// How long connections that a change ends may take to go, and after which time servers are asked to end them.
    private static let cutTimeout = Duration.seconds(5), patience = Duration.seconds(1)
    /// Seconds after which the connection's user is made anew.
    private static let lifetime: Int64 = 43_200

    private let directory: Directory
    private let entry: OperatorEntry
    private let address: ServerAddress
    private var connection: SystemConnection?
    private var connectedAt: Int64 = 0
    private var waiting: [Waiting] = []
    private var isOnItsWay = false
    /// What servers still have to hear of.
    private var unsettled: Set<PublicKey> = []
    /// The settings that servers were given last.
    private var settings: [PublicKey: String] = [:]
    /// The versions that every server has taken.
    private var settled: [PublicKey: TokenVersion] = [:]

    /// The operator's token that the service's own server was given last.
    private var operatorToken: String
    private let reload: (@Sendable ([String]) async -> Void)?

    /// - Parameter reload: gives the service's own server other tokens of the operator; nil where there is none.
    init(
        _ directory: Directory, of entry: OperatorEntry, at address: ServerAddress,
        reload: (@Sendable ([String]) async -> Void)? = nil
    ) {
        (self.directory, self.entry, self.address) = (directory, entry, address)
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

    private var place: Place { Place(operator: EntityReference(entry.publicKey)) }

    func bringIntoForce(
        _ accounts: [PublicKey], forgetting deleted: [PublicKey], cutting cuts: [ConnectionCut]
    ) async -> DistributionOutcome {
        var outcome = await bringIntoForce(accounts, forgetting: deleted)
        for cut in cuts where outcome.failure == nil { await confirm(cut, &outcome) }
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
        let outcome = await bringIntoForce((all ?? []).map(\.publicKey), forgetting: [])
        if let failure = outcome.failure { Console.say("the servers cannot be reached: \(failure)") }
        for server in outcome.servers where server.state == .refused {
            Console.say("\(server.server) did not take \(server.account): \(server.detail ?? "")")
        }
    }

    /// Tries again what did not reach every server, and what others have changed in the directory.
    func settle() async {
        await reloadOperator()
        let behind = try? await work { [place] in try $0.read { try $0.accountsBehind(of: $0.operator(at: place)) } }
        // What every server that answers has is settled, also where one is gone that once had something else.
        let news = (behind ?? [:]).filter { settled[$0.key] != $0.value }
        let accounts = unsettled.union(news.keys)
        if !accounts.isEmpty { _ = await bringIntoForce(Array(accounts), forgetting: []) }
    }

    func isReady() async -> Bool { (try? await connected()) != nil }

    func close() async {
        await connection?.close()
        connection = nil
    }

    // MARK: Connections

    /// Waits until every server says that the connections are gone which a change ends, and adds to the outcome what each
    /// said last. What does not go by itself, servers are asked to end.
    private func confirm(_ cut: ConnectionCut, _ outcome: inout DistributionOutcome) async {
        // A server that has nothing to do with the account has no connections of it either.
        guard outcome.servers.contains(where: { $0.account == cut.account.text && $0.state != .silent }) else {
            return
        }
        let begin = ContinuousClock.now
        var pause = Duration.milliseconds(5)
        var found: [LingeringConnections] = []
        var isTold = false
        while true {
            do {
                let entry = try await work { try $0.read { try $0.accountEntry(cut.account) } }
                let connection = try await connected()
                found = try await connection.lingering(cut, entry?.claims())
                let passed = ContinuousClock.now - begin
                guard found.contains(where: { $0.count > 0 }), passed < Self.cutTimeout else { break }
                if passed > Self.patience, !isTold {
                    isTold = true
                    try await connection.end(found)
                }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(200))
            } catch {
                found = []
                break
            }
        }
        Self.add(found, of: cut.account, to: &outcome)
    }

    private static func add(
        _ found: [LingeringConnections], of account: PublicKey, to outcome: inout DistributionOutcome
    ) {
        for index in outcome.servers.indices where outcome.servers[index].account == account.text {
            let server = outcome.servers[index]
            let answer = found.first { $0.server == server.server }
            outcome.servers[index].connections = answer?.count
            guard server.state == .inForce, answer?.count != 0 else { continue }
            (outcome.servers[index].state, outcome.servers[index].detail) =
                answer == nil
                ? (.silent, "the server did not say whether connections are gone")
                : (.lingering, "connections that should be gone are still there")
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
            for outcome in outcomes where outcome.isComplete || outcome.isHeldBack {
                unsettled.remove(outcome.publicKey)
                settled[outcome.publicKey] = outcome.version
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
            if outcomes.contains(where: { $0.refusal != nil && !$0.isHeldBack }) {
                // The connection may have ended in between.
                await close()
                outcomes = try await connected().push(entries)
            }
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
        let wanted = try await work { directory in
            try directory.read { reader in
                try entries.reduce(into: [PublicKey: String]()) { tokens, account in
                    tokens[account.publicKey] = try reader.settingsToken(of: account.publicKey)
                }
            }
        }
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

    private func connected() async throws -> SystemConnection {
        let now = SystemClock.now()
        if let connection {
            guard now - connectedAt > Self.lifetime / 2 else { return connection }
            await close()
        }
        let place = place
        let signIn = try await work { directory in
            try directory.change("serve: connect to the servers") {
                try $0.systemSignIn(at: place, for: .governing, lifetime: Self.lifetime)
            }.value
        }
        let opened = try await SystemConnection.open(
            address, as: signIn, isTemporaryUser: true, timeout: Self.timeout)
        (connection, connectedAt) = (opened, now)
        return opened
    }

    private func work<Result: Sendable>(
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
        let missing = max(0, outcome.expected - outcome.answers.count)
        return answered
            + Array(repeating: .init(server: "", account: key, state: .silent), count: missing)
    }

    private static func words(_ error: any Error) -> String {
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
