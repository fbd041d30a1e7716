import NIOPosix

/// Works out what is asked about policies, on threads for that alone, of which nobody has the last one: a question may take as
/// long as ``QuestionTime`` says, and others have short ones.
struct PolicyDesk: Sendable {
    private static let places = 3
    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: places)
        pool.start()
        return pool
    }()

    private let turns = Turns(
        places, mostHeld: places - 1, mostWaiting: 32, of: "questions about policies and logs")

    func work<Result: Sendable>(
        for caller: Caller?, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await turns.run(for: caller?.party ?? "") { try await Self.threads.runIfActive(body) }
    }
}
