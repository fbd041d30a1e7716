import Glibc

/// Two pieces of work, timed in turn by the processor time of this process.
struct Comparison {
    let name: String
    let unit: String
    /// What ours may cost at most, as a multiple of the raw operation.
    let aim: Double
    let ours: () -> Void
    let raw: () -> Void

    struct Result {
        let ours: Double
        let raw: Double
        let ratios: [Double]

        var median: Double { ratios[ratios.count / 2] }
    }

    /// Runs both, a piece of each in turn, and takes the ratio of each pair: what slows the machine down hits both.
    func run(rounds: Int, repetitions: Int) -> Result {
        for _ in 0..<repetitions / 4 {
            ours()
            raw()
        }
        var pairs: [(ours: Double, raw: Double)] = []
        for _ in 0..<rounds {
            pairs.append((time(ours, repetitions), time(raw, repetitions)))
        }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        return Result(
            ours: median(pairs.map(\.ours)), raw: median(pairs.map(\.raw)),
            ratios: pairs.map { $0.ours / $0.raw }.sorted())
    }

    /// Microseconds of processor time for each run of a piece of work.
    private func time(_ work: () -> Void, _ repetitions: Int) -> Double {
        let start = Self.processorTime()
        for _ in 0..<repetitions { work() }
        return (Self.processorTime() - start) * 1e6 / Double(repetitions)
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
