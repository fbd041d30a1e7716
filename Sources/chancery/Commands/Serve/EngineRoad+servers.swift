import Administration
import Messaging

// Who is there: the connection, and the servers that it leads to.

extension EngineRoad {
    func connected() async throws -> SystemConnection {
        if connection != nil, SystemClock.now() - signedAt > Self.lifetime / 2 { await close() }
        if var connection {
            if isOfOthers { connection.roster = roster }
            return connection
        }
        // Whoever comes meanwhile waits for the same one.
        if let opening { return try await opening.value }
        let task = Task { try await self.open() }
        opening = task
        defer { opening = nil }
        return try await task.value
    }

    /// Connects to the first server that lets us in, beginning with the one that did last.
    private func open() async throws -> SystemConnection {
        var failure: (any Error)?
        for index in addresses.indices {
            let chosen = (current + index) % addresses.count
            do {
                var opened = try await SystemConnection.open(
                    addresses[chosen], as: try await currentSignIn(), isTemporaryUser: true, timeout: Self.timeout)
                current = chosen
                if isOfOthers {
                    take(try await opened.present())
                    opened.roster = roster
                }
                connection = opened
                return opened
            } catch {
                // Whoever is not let in may be with a new user.
                if let code = (error as? ClientError)?.code, [.refused, .closedByServer].contains(code) {
                    signIn = nil
                }
                failure = failure ?? error
            }
        }
        let reason = failure ?? AdministrationError(.distributionFailed, "there is no server to connect to")
        noteLost(Self.words(reason))
        throw reason
    }

    private func currentSignIn() async throws -> SignIn {
        let now = SystemClock.now()
        if let signIn, now - signedAt < Self.lifetime / 2 { return signIn }
        let place = place
        let made = try await work { directory in
            try directory.change("serve: connect to the servers") {
                try $0.systemSignIn(at: place, for: .governing, lifetime: Self.lifetime)
            }.value
        }
        (signIn, signedAt) = (made, now)
        return made
    }

    func close() async {
        let old = connection
        connection = nil
        await old?.close()
    }

    // MARK: Who is there

    /// Sees which servers are there, and has another one asked where the one that is spoken to says nothing.
    func lookAround() async {
        do {
            let found = try await connected().present()
            let wasAnswered = isAnswered
            isAnswered = !found.servers.isEmpty
            guard found.servers.isEmpty else {
                noteBack()
                return take(found)
            }
            // One that has stopped for a moment, or of whom another one of a cluster takes the place, is not lost.
            if !wasAnswered { noteLost("\(addresses[current]) does not answer") }
            await turnAway()
        } catch { await close() }
    }

    private func take(_ found: (servers: [PresentServer], count: Int)) {
        let isFirst = roster.all.isEmpty
        let come = roster.take(found.servers, count: found.count, at: SystemClock.now())
        // Whoever is there at first is given everything anyway.
        guard !isFirst else { return }
        news.started += come.started
        news.returned += come.returned
    }

    /// Has the next server of those that are named be asked.
    private func turnAway() async {
        guard addresses.count > 1 else { return }
        current = (current + 1) % addresses.count
        await close()
    }

    /// Whether what was sent may come further when it is sent again: over another connection, or once it is known who is there.
    func isWorthAnotherTry(_ outcomes: [PushOutcome]) async throws -> Bool {
        if outcomes.contains(where: { $0.refusal != nil && !$0.isHeldBack }) {
            // The connection may have ended in between.
            await close()
            return true
        }
        guard isOfOthers, !outcomes.isEmpty else { return false }
        let heard = Set(outcomes.flatMap { $0.answers.map(\.server) })
        if heard.isEmpty {
            await turnAway()
            return addresses.count > 1
        }
        // The answer of somebody who has just come may have been taken for that of another.
        guard !heard.isSubset(of: roster.present) else { return false }
        take(try await connected().present())
        return true
    }

    /// Whoever answered nothing while others did is gone, and is waited for no more until he is back.
    func noteWhoAnswered(_ outcomes: [PushOutcome]) {
        let heard = Set(outcomes.flatMap { $0.answers.map(\.server) })
        guard isOfOthers, !heard.isEmpty else { return }
        roster.miss(Set(roster.present).subtracting(heard), at: SystemClock.now())
    }

    /// Whether all have taken an account that are there, and it is only missing where a server is gone.
    func isHeldByPresent(_ outcome: PushOutcome) -> Bool {
        guard isOfOthers, outcome.refusal == nil, !outcome.answers.isEmpty else { return false }
        return outcome.answers.allSatisfy(\.isAccepted)
            && outcome.silent.allSatisfy { name in
                name.map { roster.gone.contains($0) } ?? false
            }
    }
}
