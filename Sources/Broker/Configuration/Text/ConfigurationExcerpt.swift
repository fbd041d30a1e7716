/// A line of a configuration file as it is shown to a person: with a caret, not too long, and without what looks like
/// a secret. Problems are logged, and a configuration file may hold passwords, tokens and seeds.
struct ConfigurationExcerpt: Sendable, Hashable {
    /// The line; `…` stands for what is left out of a long one, `***` for a secret.
    let line: String
    /// How many characters stand before the caret.
    let indent: Int

    /// The longest piece of a line that is shown.
    static let width = 100

    /// - Parameters:
    ///   - line: the line, or what lies around the caret in a long one.
    ///   - column: of the caret, from 1, counted in `line`.
    ///   - isCut: whether something of the line is missing in front and behind.
    ///   - isSecret: whether nothing of it may be shown.
    init(line: String, column: Int, isCut: (front: Bool, back: Bool) = (false, false), isSecret: Bool = false) {
        var scalars = Array(line.unicodeScalars)
        Self.hideSecrets(in: &scalars)
        if isSecret { Self.hide(&scalars, scalars.indices) }
        // A tab would move the caret.
        for (index, scalar) in scalars.enumerated() where scalar.value < 0x20 || scalar.value == 0x7F {
            scalars[index] = " "
        }
        let caret = min(max(0, column - 1), scalars.count)
        let start = max(0, min(caret - Self.width / 2, scalars.count - Self.width))
        let end = min(scalars.count, start + Self.width)
        var shown = String.UnicodeScalarView()
        let isCutInFront = start > 0 || isCut.front
        if isCutInFront { shown.append("…") }
        shown.append(contentsOf: scalars[start..<end])
        if end < scalars.count || isCut.back { shown.append("…") }
        self.line = String(shown)
        indent = caret - start + (isCutInFront ? 1 : 0)
    }

    /// Whether the value of a key with this name is not shown. Variables have any name, so what sounds like a secret is
    /// taken for one.
    private static func isSecretKey(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        guard !ends(word, cookie) else { return false }
        return ends(word, token)
            || word.indices.contains { at in secretNames.contains { begins(word[at...], $0) } }
    }

    private static let cookie = Array("_cookie".unicodeScalars)
    private static let token = Array("token".unicodeScalars)
    private static let secretNames = ["pass", "secret", "seed", "private_key", "pwd", "sentinel"].map {
        Array($0.unicodeScalars)
    }

    private static func ends(_ word: ArraySlice<Unicode.Scalar>, _ name: [Unicode.Scalar]) -> Bool {
        begins(word.suffix(name.count), name)
    }

    /// Whether a text begins with a name in small letters, in whatever letters it is written itself.
    private static func begins(_ text: ArraySlice<Unicode.Scalar>, _ name: [Unicode.Scalar]) -> Bool {
        guard text.count >= name.count else { return false }
        for (offset, letter) in name.enumerated() where small(text[text.startIndex + offset]) != letter.value {
            return false
        }
        return true
    }

    private static func small(_ scalar: Unicode.Scalar) -> UInt32 {
        switch scalar.value {
        case 0x41...0x5A: scalar.value + 0x20
        // The Kelvin sign: the only one outside ASCII whose small letter is within.
        case 0x212A: 0x6B
        default: scalar.value
        }
    }

    /// Where the value begins of the first key with a secret in a line; nil where there is none.
    static func secretValue(in line: [Unicode.Scalar]) -> Int? {
        var start = 0
        while let word = nextWord(in: line, from: start) {
            if isSecretKey(line[word]) { return word.upperBound }
            start = word.upperBound
        }
        return nil
    }

    private static func nextWord(in line: [Unicode.Scalar], from start: Int) -> Range<Int>? {
        guard let first = line[start...].firstIndex(where: isWordCharacter) else { return nil }
        return first..<(line[first...].firstIndex { !isWordCharacter($0) } ?? line.endIndex)
    }

    /// Overwrites secrets with asterisks, one for each character, so that the caret keeps its place: everything behind
    /// a key that holds one, a seed anywhere, and what stands before the `@` of a URL.
    private static func hideSecrets(in scalars: inout [Unicode.Scalar]) {
        var start = 0
        while let word = nextWord(in: scalars, from: start) {
            if isSecretKey(scalars[word]) {
                // A quoted secret may hold anything, so the rest of the line goes.
                hide(&scalars, word.upperBound..<scalars.count)
                break
            }
            if isSeed(scalars[word]) { hide(&scalars, word) }
            start = word.upperBound
        }
        hideUsers(in: &scalars)
    }

    private static func hideUsers(in scalars: inout [Unicode.Scalar]) {
        // Where what stands before a further `@` begins, as far as it is not hidden yet.
        var start = 0
        for at in scalars.indices {
            switch scalars[at] {
            case "\0"..." ", "/", "\"", "'", "[", "{", ",": start = at + 1
            case "@":
                hide(&scalars, start..<at)
                start = at
            default: break
            }
        }
    }

    private static func hide(_ scalars: inout [Unicode.Scalar], _ range: Range<Int>) {
        for index in range {
            switch scalars[index] {
            case "\0"..." ", ":", "=", "\"", "'": break
            default: scalars[index] = "*"
            }
        }
    }

    /// S and the letter of a kind, then base32: the text form of a seed.
    private static func isSeed(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        word.count >= 50 && word.first == "S"
            && word.allSatisfy { ("A"..."Z").contains($0) || ("2"..."7").contains($0) }
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\0"..." ", ",", ";", "{", "}", "[", "]", "\"", "'", "(", ")", ":", "=": false
        default: true
        }
    }
}
