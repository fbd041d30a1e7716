import NIOPosix

extension Directory {
    /// Does something with the directory on a thread that may wait for it, away from those that answer requests.
    public func work<Result: Sendable>(
        _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive { try body(self) }
    }
}
