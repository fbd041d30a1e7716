import NIOCore

// Asking all shards for something.

extension ControlPlane {
    /// Asks every shard, and hands over what they say in their order. While the server stops, those that were asked before
    /// still answer; after that nobody is asked, and there is nothing to hand over.
    ///
    /// - Parameter ask: called on each shard's loop, in its order among everything the shard is told. It should take no
    ///   longer there than a few reads: what is long is asked for in parts.
    func gather<Value: Sendable>(
        _ ask: @escaping @Sendable (Shard) -> Value, whenDone: @escaping (_ values: [Value]) -> Void
    ) {
        guard !isStopping else { return whenDone([]) }
        let gathering = NIOLoopBound(Gathering(shards: shards.count, whenDone), eventLoop: eventLoop)
        for shard in shards {
            shard.post(
                .question { shard in
                    let (value, index) = (ask(shard), shard.index)
                    shard.control.execute { _ in gathering.value.add(value, from: index) }
                })
        }
    }
}

/// Answers that have not all come yet.
private final class Gathering<Value> {
    private var values: [Value?]
    private var missing: Int
    private let whenDone: ([Value]) -> Void

    init(shards: Int, _ whenDone: @escaping ([Value]) -> Void) {
        values = [Value?](repeating: nil, count: shards)
        missing = shards
        self.whenDone = whenDone
    }

    func add(_ value: Value, from shard: Int) {
        values[shard] = value
        missing -= 1
        if missing == 0 { whenDone(values.compactMap { $0 }) }
    }
}
