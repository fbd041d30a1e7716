/// Finds the word that somebody may have meant.
enum Suggestion {
    /// The nearest of some words, if it is near enough: the beginning of one, or at most a third of its letters are different.
    static func nearest(to word: String, in words: [String]) -> String? {
        if word.utf8.count > 2, let longer = words.first(where: { $0.hasPrefix(word.lowercased()) }) { return longer }
        let word = Array(word.lowercased().utf8.prefix(40))
        let found = words.map { ($0, distance(word, Array($0.utf8))) }.min { $0.1 < $1.1 }
        guard let (nearest, distance) = found, distance <= max(1, nearest.utf8.count / 3),
            distance < nearest.utf8.count
        else { return nil }
        return nearest
    }

    /// How many letters have to be put in, taken out or changed.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for place in other.indices {
                let above = row[place + 1]
                row[place + 1] = min(above + 1, row[place] + 1, diagonal + (letter == other[place] ? 0 : 1))
                diagonal = above
            }
        }
        return row[other.count]
    }
}
