/// Lets a few at a time do something, in the order in which they come.
actor Turns {
    /// How many at a time.
    private let most: Int
    /// How many wait for their turn.
    private let mostWaiting: Int
    /// What they do, for who comes when too many wait.
    private let what: String
    private var taken = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ most: Int = 1, mostWaiting: Int = .max, of what: String) {
        (self.most, self.mostWaiting, self.what) = (most, mostWaiting, what)
    }

    private func take() async throws(Problem) {
        guard taken >= most else { return taken += 1 }
        guard waiting.count < mostWaiting else {
            throw Problem(.unavailable, "too many \(what) wait for their turn")
        }
        // Whoever is ready hands his place on.
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty { taken -= 1 } else { waiting.removeFirst().resume() }
    }

    /// Does something when it is its turn.
    ///
    /// - Throws: a problem where too many wait, and what `body` throws.
    nonisolated func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await take()
        do {
            let result = try await body()
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }
}
