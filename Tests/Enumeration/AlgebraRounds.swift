/// How much of the algebra is compared with enumeration.
public enum AlgebraRounds {
    /// Of `make prove`, all universes together.
    public static let all = 120_000
    /// Of `make test`.
    public static let some = all / 20

    public static let universes = [
        // Few members, so that equal sets come up often in different ways.
        Universe(letters: ["a"], patternLength: 2),
        // Long ones, for differences that are nested deeply.
        Universe(letters: ["a"], patternLength: 5),
        Universe(letters: ["a", "b"], patternLength: 3),
        Universe(letters: ["a", "b", "c"], patternLength: 3),
    ]
}

extension AlgebraCheck.Tally {
    public func text(_ universe: Universe) -> String {
        let lines = self.lines.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }.joined(separator: ", ")
        return """
            \(rounds) pairs of sets over \(universe.subjects.count) subjects: no difference. Contained \(contained), \
            overlapping \(overlapping), equal \(equal), empty \(empty); of the sets \(lists) were lists of patterns; lines: \
            \(lines)
            """
    }
}
