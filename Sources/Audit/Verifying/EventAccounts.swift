/// Checks that a log accounts for every event: within one start of the broker, for each event loop, `n` is the sum of what
/// the records up to there count and say was lost.
struct EventAccounts {
    private var boot: String?
    private var at: Int64 = -1
    private var totals: [Int64: Int64] = [:]
    private var seen: Set<String> = []

    /// What is wrong with a record behind those before; nil for nothing.
    mutating func fault(of record: DecisionRecord) -> String? {
        if record.boot != boot {
            guard seen.insert(record.boot).inserted else {
                return "the record is one of an earlier start of the broker"
            }
            (boot, at, totals) = (record.boot, -1, [:])
        }
        guard record.at > at else { return "the record is not later than the one before it" }
        at = record.at
        guard let source = record.source else { return nil }
        let (total, overflow) = totals[source, default: 0].addingReportingOverflow(record.accounted)
        guard !overflow, let stated = record.total, stated == total else {
            totals[source] = record.total ?? total
            return "the records of event loop \(source) account for \(total) events, not for \(record.total ?? 0)"
        }
        totals[source] = total
        return nil
    }
}
