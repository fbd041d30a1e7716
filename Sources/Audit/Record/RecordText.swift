/// How much of a text a record holds. All bounds are in bytes of UTF-8.
public enum RecordText {
    /// The longest name or reason.
    public static let longestName = 128
    private static let mark = "\u{2026}"

    /// The text, or as much of its beginning as fits with an ellipsis behind it.
    ///
    /// Control characters count as the six bytes that JSON writes for them, so that a bound on the text is one on the
    /// record.
    public static func cut(_ text: String, to limit: Int) -> String {
        guard written(text[...]) > limit else { return text }
        var kept = ""
        var room = limit - mark.utf8.count
        for character in text {
            room -= written(String(character)[...])
            guard room >= 0 else { break }
            kept.append(character)
        }
        return kept + mark
    }

    /// The text, or as much of its beginning as fits, of whole Unicode scalars; bounded as ``cut(_:to:)``.
    static func prefix(_ text: String, to limit: Int) -> String {
        guard written(text[...]) > limit else { return text }
        var kept = String.UnicodeScalarView()
        var room = limit
        for scalar in text.unicodeScalars {
            room -= written(Substring(String(scalar)))
            guard room >= 0 else { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    private static func written(_ text: Substring) -> Int {
        text.utf8.reduce(0) { count, byte in
            switch byte {
            case 0x22, 0x5C: count + 2
            case 0..<0x20: count + 6
            default: count + 1
            }
        }
    }
}
