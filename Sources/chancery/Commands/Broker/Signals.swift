import UnixSignals

/// The signals that end a server in an orderly way.
enum Signals {
    /// Returns when the process is told to end: by the terminal or by a supervisor.
    static func waitForEnd() async {
        for await _ in await UnixSignalsSequence(trapping: [.sigint, .sigterm]) { return }
    }
}
