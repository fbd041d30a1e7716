import GRDB

/// The stored checkpoints in the order of their sizes.
struct CheckpointQueue {
    private let rows: [Row]
    private var position = 0
    private var passed: [Int64] = []

    init(_ rows: [Row]) {
        self.rows = rows
    }

    /// The checkpoint of that many records, or nil. Sizes must be asked for in their order.
    mutating func next(at size: Int64) -> String? {
        while position < rows.count, let stored = rows[position].integer("size"), stored < size {
            passed.append(stored)
            position += 1
        }
        guard position < rows.count, rows[position].integer("size") == size else { return nil }
        defer { position += 1 }
        return rows[position].text("note")
    }

    /// The sizes of those that nothing asked for.
    var unused: [Int64] { passed + rows[position...].map { $0.integer("size") ?? -1 } }
}
