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

    /// The first run, which ends before it begins where there is none: most sets have one and need no list.
    private var head = Run(lower: 1, upper: 0)
    private var others: [Run] = []

    init() {}

    /// One length.
    init(_ length: Int) {
        head = Run(lower: length, upper: length)
    }

    /// This length and all greater ones.
    init(from lower: Int) {
        head = Run(lower: lower, upper: Self.endless)
    }

    var isEmpty: Bool { head.upper < head.lower }
    var runs: [Run] { isEmpty ? [] : [head] + others }
    var runCount: Int { isEmpty ? 0 : 1 + others.count }
    var shortest: Int? { isEmpty ? nil : head.lower }
    /// ``endless`` where there is no longest.
    var longest: Int? { isEmpty ? nil : last.upper }

    private var last: Run { others.last ?? head }

    private func run(_ index: Int) -> Run { index == 0 ? head : others[index - 1] }

    /// Where the run without an end begins.
    var endlessStart: Int? {
        last.upper == Self.endless ? last.lower : nil
    }

    /// The least length of the set that is not less than `length`.
    func first(from length: Int) -> Int? {
        for index in 0..<runCount where run(index).upper >= length { return max(run(index).lower, length) }
        return nil
    }

    func union(_ other: LengthSet) -> LengthSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var result = LengthSet()
        var (left, right) = (0, 0)
        while left < runCount || right < other.runCount {
            let isLeft =
                right == other.runCount || (left < runCount && run(left).lower <= other.run(right).lower)
            result.append(isLeft ? run(left) : other.run(right))
            if isLeft { left += 1 } else { right += 1 }
        }
        return result
    }

    func intersection(_ other: LengthSet) -> LengthSet {
        var result = LengthSet()
        var (left, right) = (0, 0)
        while left < runCount, right < other.runCount {
            let (one, two) = (run(left), other.run(right))
            let common = Run(lower: max(one.lower, two.lower), upper: min(one.upper, two.upper))
            if common.lower <= common.upper { result.append(common) }
            if one.upper < two.upper { left += 1 } else { right += 1 }
        }
        return result
    }

    func subtracting(_ other: LengthSet) -> LengthSet {
        var result = LengthSet()
        var right = 0
        for index in 0..<runCount {
            let run = run(index)
            var lower = run.lower
            while right < other.runCount, other.run(right).upper < lower { right += 1 }
            var next = right
            var isUsedUp = false
            while next < other.runCount, other.run(next).lower <= run.upper {
                let taken = other.run(next)
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
        !isEmpty && head.lower <= upper && last.upper >= lower
    }

    /// The set with every length made greater by `offset`, which must not bring the shortest below 1.
    func shifted(by offset: Int) -> LengthSet {
        var result = LengthSet()
        for index in 0..<runCount {
            let run = run(index)
            result.append(
                Run(lower: run.lower + offset, upper: run.upper == Self.endless ? run.upper : run.upper + offset))
        }
        return result
    }

    /// Adds a run that begins no earlier than the last one.
    private mutating func append(_ run: Run) {
        guard !isEmpty else { return head = run }
        let last = last
        guard last.upper == Self.endless || run.lower <= last.upper + 1 else { return others.append(run) }
        let upper = max(last.upper, run.upper)
        if others.isEmpty { head.upper = upper } else { others[others.count - 1].upper = upper }
    }
}
