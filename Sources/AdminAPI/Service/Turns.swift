/// Lets a few at a time do something. Parties take turns at it, as ``TurnOrder`` says.
actor Turns {
    /// What they do, for who comes when too many of his wait.
    private let what: String
    private var order: TurnOrder<CheckedContinuation<Void, Never>>

    /// - Parameters:
    ///   - places: how many at a time.
    ///   - mostHeld: how many of one party.
    ///   - mostWaiting: how many of one party wait for their turn.
    init(_ places: Int = 1, mostHeld: Int = .max, mostWaiting: Int = .max, of what: String) {
        self.what = what
        order = TurnOrder(places: places, mostHeld: mostHeld, mostWaiting: mostWaiting)
    }

    private func take(_ party: String) async throws(Problem) {
        switch order.arrive(party) {
        case .goes: return
        case .turnedAway: throw Problem(.rateLimited, "too many \(what) of yours wait for their turn")
        // Whoever is ready hands his place on.
        case .waits: await withCheckedContinuation { order.wait(party, $0) }
        }
    }

    /// Whether whoever comes goes at once.
    var isFree: Bool { order.isFree }

    private func leave(_ party: String) { order.leave(party)?.resume() }

    /// Does something when it is its turn.
    ///
    /// - Throws: a problem where too many of the party wait, and what `body` throws.
    nonisolated func run<Result: Sendable>(
        for party: String, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await take(party)
        do {
            let result = try await body()
            await leave(party)
            return result
        } catch {
            await leave(party)
            throw error
        }
    }
}
