/// Finds what somebody probably meant to write.
package struct Suggestion: Sendable {
    /// Words and their letters; sorted, so that the same word is suggested each time.
    private let known: [(word: String, letters: [Unicode.Scalar])]

    package init(_ known: some Collection<String>) {
        self.known = known.sorted().map { ($0, Array($0.unicodeScalars)) }
    }

    /// The known word that is nearest to `word`; for words that are looked through once.
    package static func closest(to word: String, among known: some Collection<String>) -> String? {
        Suggestion(known).closest(to: word)
    }

    /// The known word that is nearest to `word`, if one is near: one slip in a short word, two in a longer one.
    package func closest(to word: String) -> String? {
        let letters = Array(word.unicodeScalars.prefix(64))
        guard letters.count >= 3 else { return nil }
        let most = letters.count < 6 ? 1 : 2
        var best: (word: String, slips: Int)?
        for candidate in known where abs(candidate.letters.count - letters.count) <= most {
            let slips = Self.slips(letters, candidate.letters)
            if slips <= most, slips < best?.slips ?? .max { best = (candidate.word, slips) }
        }
        return best?.word
    }

    /// How many letters must be put in, left out, changed or swapped with their neighbour to make one word of another.
    private static func slips(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var current = [row + 1]
            for (column, candidate) in other.enumerated() {
                var cost = min(previous[column + 1] + 1, current[column] + 1)
                cost = min(cost, previous[column] + (letter == candidate ? 0 : 1))
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == candidate {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[other.count]
    }
}
