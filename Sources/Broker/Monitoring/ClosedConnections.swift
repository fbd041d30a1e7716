/// The connections that ended last, in the order in which they did; the oldest make room for new ones.
struct ClosedConnections {
    private var ring: [ConnectionReport] = []
    private var oldest = 0
    /// How many have ended since the start.
    private(set) var total: UInt64 = 0

    /// - Parameter capacity: the most that are remembered.
    mutating func add(_ report: ConnectionReport, capacity: Int) {
        total &+= 1
        if ring.count > max(capacity, 0) { shrink(to: max(capacity, 0)) }
        guard capacity > 0 else { return }
        if ring.count < capacity {
            if oldest > 0 { shrink(to: ring.count) }
            ring.append(report)
        } else {
            ring[oldest] = report
            oldest = oldest + 1 < ring.count ? oldest + 1 : 0
        }
    }

    /// Those that are remembered, the oldest first.
    var reports: [ConnectionReport] { Array(ring[oldest...] + ring[..<oldest]) }

    private mutating func shrink(to count: Int) {
        ring = Array(reports.suffix(count))
        oldest = 0
    }
}
