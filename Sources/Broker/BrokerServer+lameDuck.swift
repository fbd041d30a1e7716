import NIOCore

extension BrokerServer {
    /// Lame duck mode: nobody comes in any more, clients are told that the server is going away, and after
    /// `lame_duck_grace_period` connections end one after the other within `lame_duck_duration`. Returns when the last was
    /// told to end, or when the server was stopped meanwhile; ``stop()`` is still to be called. Begins once: called again
    /// it returns at once.
    public func goLame() async throws {
        guard loops.context.beginLameDuck() else { return }
        loops.context.environment.log(.info, "Entering lame duck mode, stop accepting new clients")
        for listener in listeners { try? await listener.channel.close() }
        try await loops.goLame()
    }
}
