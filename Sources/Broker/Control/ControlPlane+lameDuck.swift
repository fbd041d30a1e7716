import NIOCore

/// Lame duck mode while it runs.
struct LameDuck {
    /// The shards that have not said yet who is connected to them.
    var silentShards: Int
    /// Who is still to be ended, each with its shard; the first in the list goes last.
    var connections: [(shard: Int, connection: UInt64)] = []
    var pace: LameDuckPace?
    /// Whether everybody was sent away, or nobody will be any more.
    let whenOver: () -> Void
}

// Lame duck mode: nobody comes in any more, and those who are there are told, and ended one after the other.
extension ControlPlane {
    /// Has everybody who understands it told that the server is going away, waits for the grace period, and ends the
    /// connections that are there now one after the other. Where the server is stopped meanwhile, that ends it.
    ///
    /// - Parameter whenOver: called when the last of them was told to end.
    func goLame(whenOver: @escaping () -> Void) {
        guard lameDuck == nil, !isStopping else { return whenOver() }
        lameDuck = LameDuck(silentShards: shards.count, whenOver: whenOver)
        tellOfLameDuck()
        for shard in shards { shard.post(.lameDuck) }
    }

    /// A shard has told its clients.
    func noteToldOfLameDuck(_ connections: [UInt64], on shard: Int) {
        guard var duck = lameDuck else { return }
        duck.silentShards -= 1
        duck.connections += connections.map { (shard, $0) }
        lameDuck = duck
        guard duck.silentShards == 0 else { return }
        guard !duck.connections.isEmpty else { return endLameDuck() }
        let (duration, grace) = (context.settings.lameDuckDuration, context.settings.lameDuckGracePeriod)
        lameDuck?.connections.shuffle()
        lameDuck?.pace = LameDuckPace(
            connections: duck.connections.count, duration: duration.nanoseconds, grace: grace.nanoseconds)
        after(grace.nanoseconds) {
            $0.context.environment.log(.info, "Closing existing clients")
            $0.endSome()
        }
    }

    private func endSome() {
        guard let pace = lameDuck?.pace, let left = lameDuck?.connections else { return }
        for (shard, connection) in left.suffix(pace.batch) { shards[shard].post(.sendAway(connection: connection)) }
        lameDuck?.connections = left.dropLast(pace.batch)
        guard left.count > pace.batch else { return endLameDuck() }
        var generator = SystemRandomNumberGenerator()
        after(pace.wait(using: &generator)) { $0.endSome() }
    }

    /// Nobody is sent away any more. Lame duck mode does not begin again.
    func endLameDuck() {
        let whenOver = lameDuck?.whenOver
        lameDuck = LameDuck(silentShards: 0, whenOver: {})
        whenOver?()
    }

    /// Does something later, unless the server is stopped first.
    private func after(_ nanoseconds: Int64, _ work: @escaping (ControlPlane) -> Void) {
        eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(nanoseconds)) { [self] in
            if !isStopping { work(self) }
        }
    }
}
