import NIOPosix

extension Directory {
    /// Threads that may wait for the lock of a change.
    private static let changing = threads(4)
    /// Threads that only read: changes that wait keep no reader waiting.
    private static let looking = threads(DatabaseConnection.mostReaders)
    /// Threads that read much: who asks for a little does not wait behind those who ask for a lot.
    private static let searching = threads(mostSearches)
    /// How many of them there are: who hands in no more at a time decides whose turn it is.
    public static let mostSearches = DatabaseConnection.mostLongReaders

    /// Does something with the directory on a thread that may wait for it, away from those that answer requests.
    public func work<Result: Sendable>(
        _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await Self.changing.runIfActive { try body(self) }
    }

    /// Reads something on a thread for that alone. `body` changes nothing.
    public func look<Result: Sendable>(
        _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await Self.looking.runIfActive { try body(self) }
    }

    /// Reads much, on threads for that alone. `body` changes nothing.
    public func search<Result: Sendable>(
        _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await Self.searching.runIfActive { try body(self) }
    }

    /// Begins something that may wait for the lock of a change. Those threads never end.
    func begin(_ body: @escaping @Sendable () -> Void) {
        Self.changing.submit { _ in body() }
    }

    private static func threads(_ count: Int) -> NIOThreadPool {
        let pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
        return pool
    }
}
