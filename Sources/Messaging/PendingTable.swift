import NIOCore

/// Tasks that wait for something, by a key, each with an end to its waiting. It belongs to an event loop.
struct PendingTable<Key: Hashable & Sendable, Value: Sendable> {
    typealias Waiter = CheckedContinuation<Result<Value, ClientError>, Never>

    private struct Entry {
        let waiter: Waiter
        let timer: Scheduled<Void>?
    }

    private var entries: [Key: Entry] = [:]

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ key: Key, _ waiter: Waiter, timer: Scheduled<Void>?) {
        assert(entries[key] == nil, "two tasks under one key would leave one of them waiting for ever")
        entries[key] = Entry(waiter: waiter, timer: timer)
    }

    /// Lets the task under `key` go on, if it still waits.
    mutating func finish(_ key: Key, _ result: Result<Value, ClientError>) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        entry.timer?.cancel()
        entry.waiter.resume(returning: result)
    }

    /// Lets all of them go on.
    mutating func finishAll(_ result: Result<Value, ClientError>) {
        let ended = entries
        entries = [:]
        for entry in ended.values {
            entry.timer?.cancel()
            entry.waiter.resume(returning: result)
        }
    }
}
