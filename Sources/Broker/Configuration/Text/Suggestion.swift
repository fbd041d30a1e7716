/// Finds what somebody probably meant to write.
enum Suggestion {
    /// The known word that is nearest to `word`, if one is near: one slip in a short word, two in a longer one.
    static func closest(to word: String, among known: some Collection<String>) -> String? {
        let letters = Array(word.unicodeScalars.prefix(64))
        guard letters.count >= 3 else { return nil }
        let most = letters.count < 6 ? 1 : 2
        // Sorted, so that the same word is suggested each time.
        let near = known.sorted().map { (word: $0, slips: slips(letters, Array($0.unicodeScalars), most: most)) }
        guard let best = near.min(by: { $0.slips < $1.slips }), best.slips <= most else { return nil }
        return best.word
    }

    /// How many letters must be put in, left out, changed or swapped with their neighbour to make one word of another;
    /// more than `most` is not counted out.
    private static func slips(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar], most: Int) -> Int {
        guard abs(one.count - other.count) <= most else { return most + 1 }
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
