/// A set of subject lengths, counted in tokens: ascending runs with gaps between them, the last perhaps without an end.
///
/// Every operation takes time linear in the number of runs of both sides.
struct LengthSet: Sendable, Hashable {
    /// The lengths `lower`, `lower + 1`, … `upper`; an `upper` of ``LengthSet/endless`` means that there is no last one.
    struct Run: Sendable, Hashable {
        var lower: Int
        var upper: Int
    }

    static let endless = Int.max

    private(set) var runs: [Run] = []

    init() {}

    /// One length.
    init(_ length: Int) {
        runs = [Run(lower: length, upper: length)]
    }

    /// This length and all greater ones.
    init(from lower: Int) {
        runs = [Run(lower: lower, upper: Self.endless)]
    }

    var isEmpty: Bool { runs.isEmpty }
    var shortest: Int? { runs.first?.lower }
    /// ``endless`` where there is no longest.
    var longest: Int? { runs.last?.upper }

    /// Where the run without an end begins.
    var endlessStart: Int? {
        guard let last = runs.last, last.upper == Self.endless else { return nil }
        return last.lower
    }

    /// The least length of the set that is not less than `length`.
    func first(from length: Int) -> Int? {
        for run in runs where run.upper >= length { return max(run.lower, length) }
        return nil
    }

    func union(_ other: LengthSet) -> LengthSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var result = LengthSet()
        var (left, right) = (runs[...], other.runs[...])
        while true {
            let next: Run
            switch (left.first, right.first) {
            case (let one?, let two?): next = one.lower <= two.lower ? left.removeFirst() : right.removeFirst()
            case (_?, nil): next = left.removeFirst()
            case (nil, _?): next = right.removeFirst()
            case (nil, nil): return result
            }
            result.append(next)
        }
    }

    func intersection(_ other: LengthSet) -> LengthSet {
        var result = LengthSet()
        var (left, right) = (0, 0)
        while left < runs.count, right < other.runs.count {
            let (one, two) = (runs[left], other.runs[right])
            let common = Run(lower: max(one.lower, two.lower), upper: min(one.upper, two.upper))
            if common.lower <= common.upper { result.append(common) }
            if one.upper < two.upper { left += 1 } else { right += 1 }
        }
        return result
    }

    func subtracting(_ other: LengthSet) -> LengthSet {
        var result = LengthSet()
        var right = 0
        for run in runs {
            var lower = run.lower
            while right < other.runs.count, other.runs[right].upper < lower { right += 1 }
            var next = right
            var isUsedUp = false
            while next < other.runs.count, other.runs[next].lower <= run.upper {
                let taken = other.runs[next]
                if taken.lower > lower { result.append(Run(lower: lower, upper: taken.lower - 1)) }
                guard taken.upper < run.upper else {
                    isUsedUp = true
                    break
                }
                lower = taken.upper + 1
                next += 1
            }
            if !isUsedUp { result.append(Run(lower: lower, upper: run.upper)) }
        }
        return result
    }

    /// Whether some length of the set may lie between the two; never wrong where there is one.
    func mayMeet(_ lower: Int, _ upper: Int) -> Bool {
        guard let first = runs.first, let last = runs.last else { return false }
        return first.lower <= upper && last.upper >= lower
    }

    /// The set with every length made greater by `offset`, which must not bring the shortest below 1.
    func shifted(by offset: Int) -> LengthSet {
        var result = LengthSet()
        for run in runs {
            result.append(
                Run(lower: run.lower + offset, upper: run.upper == Self.endless ? run.upper : run.upper + offset))
        }
        return result
    }

    /// Adds a run that begins no earlier than the last one.
    private mutating func append(_ run: Run) {
        guard let last = runs.last else { return runs.append(run) }
        if last.upper == Self.endless || run.lower <= last.upper + 1 {
            runs[runs.count - 1].upper = max(last.upper, run.upper)
        } else {
            runs.append(run)
        }
    }
}
