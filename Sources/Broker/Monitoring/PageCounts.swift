/// How often pages were asked for over HTTP, by their paths.
struct PageCounts: Sendable {
    private var counts: [String: UInt64] = [:]

    /// - Parameter path: one of the few that are known.
    mutating func count(_ path: String) {
        counts[path, default: 0] &+= 1
    }

    var sorted: [(path: String, count: UInt64)] {
        counts.sorted { $0.key < $1.key }.map { (path: $0.key, count: $0.value) }
    }
}
