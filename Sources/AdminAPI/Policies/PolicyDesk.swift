import NIOPosix

/// Works out what is asked about policies, on threads that may take long, and not on all of them: others go on meanwhile.
actor PolicyDesk {
    /// How many questions are worked on at once.
    private static let most = max(1, NIOThreadPool.singleton.numberOfThreads / 2)
    /// How many wait for their turn.
    private static let mostWaiting = 32

    private var busy = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func work<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        if busy < Self.most {
            busy += 1
        } else {
            guard waiting.count < Self.mostWaiting else {
                throw Problem(.unavailable, "too many questions about policies wait for their turn")
            }
            // Whoever is ready hands his place on.
            await withCheckedContinuation { waiting.append($0) }
        }
        defer { leave() }
        return try await NIOThreadPool.singleton.runIfActive(body)
    }

    private func leave() {
        if waiting.isEmpty { busy -= 1 } else { waiting.removeFirst().resume() }
    }
}
