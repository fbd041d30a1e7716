import Glibc

/// Processor time of this process.
public enum Stopwatch {
    /// Seconds since it started.
    public static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Nanoseconds for each of `count` steps that `work` takes.
    public static func nanoseconds(_ count: Int, _ work: () -> Void) -> Double {
        let start = seconds
        work()
        return (seconds - start) * 1e9 / Double(count)
    }

    /// Two pieces of work in turn, so that what slows the machine down hits both: the median of each, and of the ratios
    /// of the pairs.
    public static func compare(
        rounds: Int, count: Int, _ one: () -> Void, _ other: () -> Void
    ) -> (one: Double, other: Double, ratio: Double) {
        var pairs: [(one: Double, other: Double)] = []
        one()
        other()
        for _ in 0..<rounds { pairs.append((nanoseconds(count, one), nanoseconds(count, other))) }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        return (median(pairs.map(\.one)), median(pairs.map(\.other)), median(pairs.map { $0.one / $0.other }))
    }
}

/// The line above a table.
public func reportHeading(_ subject: String) { report(subject, "figure", "aim") }

/// A line of the table: what was measured, and what it should be at most.
public func report(_ name: String, _ figure: String, _ aim: String) {
    func blanks(_ width: Int, after text: String) -> String {
        String(repeating: " ", count: max(2, width - text.count))
    }
    print(name + blanks(88, after: name) + figure + blanks(12, after: figure) + aim)
}

/// With two digits.
public func number(_ value: Double, _ unit: String = "") -> String {
    let hundredths = Int((value * 100).rounded())
    let digits = hundredths % 100
    return "\(hundredths / 100).\(digits < 10 ? "0" : "")\(digits)\(unit)"
}
