import NIOPosix

/// Works out what is asked about policies, on threads that may take long, and not on all of them: others go on meanwhile.
struct PolicyDesk: Sendable {
    private let turns = Turns(
        max(1, NIOThreadPool.singleton.numberOfThreads / 2), mostWaiting: 32, of: "questions about policies and logs")

    func work<Result: Sendable>(
        for caller: Caller?, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await turns.run(for: caller?.party ?? "") { try await NIOThreadPool.singleton.runIfActive(body) }
    }
}
