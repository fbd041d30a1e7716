/// Patterns that differ in nothing but how they end: a *stem*, which is a word of literals and `*` that does not end in
/// `*`, and the lengths that subjects may have. Behind the stem any tokens may follow, as far as the length goes.
///
/// `a.*.>` is the stem `a` with the lengths 3 and above, `a.*.*` is the same stem with length 3, and `>` is the empty stem
/// with the lengths 1 and above. So a run of thousands of `*` costs no more than its two ends, and cutting patterns into
/// slices by length is arithmetic on ``LengthSet``. No length is below the number of the stem's tokens.
struct Shape: Sendable, Hashable {
    let stem: [Pattern.Token]
    let lengths: LengthSet

    /// All subjects.
    static let everything = Shape(stem: [], lengths: LengthSet(from: 1))

    init(_ pattern: Pattern) {
        let count = pattern.tokens.count
        stem = pattern.literalEnd == count ? pattern.tokens : Array(pattern.tokens[..<pattern.literalEnd])
        lengths = pattern.hasTail ? LengthSet(from: count + 1) : LengthSet(count)
    }

    /// - Parameter stem: must not end in `*`.
    init(stem: [Pattern.Token], lengths: LengthSet) {
        self.stem = stem
        self.lengths = lengths
    }

    /// - Parameter tokens: may end in `*`.
    init(trimming tokens: [Pattern.Token], lengths: LengthSet) {
        let end = (tokens.lastIndex { $0 != .any } ?? -1) + 1
        self.init(stem: end == tokens.count ? tokens : Array(tokens[..<end]), lengths: lengths)
    }

    /// The token at a place that all subjects of the shape have; `*` behind the stem.
    func token(_ place: Int) -> Pattern.Token {
        place < stem.count ? stem[place] : .any
    }

    /// The shape with other tokens at some places that all of its subjects have.
    func replacing(_ places: [Int], with tokens: [Pattern.Token]) -> Shape {
        var result = stem
        for (place, token) in zip(places, tokens) {
            while result.count <= place { result.append(.any) }
            result[place] = token
        }
        return Shape(trimming: result, lengths: lengths)
    }

    /// The subjects that lie in both, or nil where there are none. Takes time linear in the longer stem.
    func meet(_ other: Shape) -> Shape? {
        // No length is below the stem it belongs to, so the common ones leave room for the longer stem.
        let common = lengths.intersection(other.lengths)
        guard !common.isEmpty else { return nil }
        let (short, long) = stem.count <= other.stem.count ? (stem, other.stem) : (other.stem, stem)
        var result = long
        for (index, token) in short.enumerated() where token != .any {
            if result[index] == .any {
                result[index] = token
            } else {
                guard result[index] == token else { return nil }
            }
        }
        return Shape(stem: result, lengths: common)
    }

    /// The pattern for the subjects of one length.
    func pattern(length: Int) -> Pattern {
        Pattern(tokens: stem + [Pattern.Token](repeating: .any, count: length - stem.count), hasTail: false)
    }

    /// The pattern for the subjects of this length and all greater ones, which must be above the stem's.
    func pattern(from length: Int) -> Pattern {
        Pattern(tokens: stem + [Pattern.Token](repeating: .any, count: length - 1 - stem.count), hasTail: true)
    }

    /// The shape as patterns, shortest first, as few as there can be.
    func patterns(_ effort: inout Effort) throws(SubjectsTooLarge) -> [Pattern] {
        var result: [Pattern] = []
        for run in lengths.runs {
            var length = run.lower
            // Only the stem itself is no longer than the stem: `a` and `a.>` are two patterns.
            let last = run.upper < LengthSet.endless ? run.upper : stem.count
            while length <= last {
                try effort.spend(length, terms: 1)
                result.append(pattern(length: length))
                length += 1
            }
            if run.upper == LengthSet.endless {
                try effort.spend(length, terms: 1)
                result.append(pattern(from: length))
            }
        }
        return result
    }
}
