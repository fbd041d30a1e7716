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
    static func isSecretKey(_ word: String) -> Bool {
        let word = word.lowercased()
        guard !word.hasSuffix("_cookie") else { return false }
        return ["pass", "secret", "seed", "private_key", "pwd", "sentinel"].contains { word.contains($0) }
            || word.hasSuffix("token")
    }

    /// Whether there is a key with a secret in a line, and what stands behind it: all of the line where there is none.
    static func secretKey(in line: String) -> (isThere: Bool, rest: String) {
        let scalars = Array(line.unicodeScalars)
        var start = 0
        while start < scalars.count {
            var end = start
            while end < scalars.count, isWordCharacter(scalars[end]) { end += 1 }
            if isSecretKey(String(String.UnicodeScalarView(scalars[start..<end]))) {
                return (true, String(String.UnicodeScalarView(scalars[end...])))
            }
            start = max(end, start + 1)
        }
        return (false, line)
    }

    /// Overwrites secrets with asterisks, one for each character, so that the caret keeps its place: everything behind
    /// a key that holds one, a seed anywhere, and what stands before the `@` of a URL.
    private static func hideSecrets(in scalars: inout [Unicode.Scalar]) {
        var start = 0
        while start < scalars.count {
            guard isWordCharacter(scalars[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < scalars.count, isWordCharacter(scalars[end]) { end += 1 }
            let word = String(String.UnicodeScalarView(scalars[start..<end]))
            if isSecretKey(word) {
                // A quoted secret may hold anything, so the rest of the line goes.
                hide(&scalars, end..<scalars.count)
                break
            }
            if isSeed(word) { hide(&scalars, start..<end) }
            start = end
        }
        for at in scalars.indices where scalars[at] == "@" {
            var start = at
            while start > 0, scalars[start - 1].value > 0x20, !"/\"'[{,".unicodeScalars.contains(scalars[start - 1]) {
                start -= 1
            }
            hide(&scalars, start..<at)
        }
    }

    private static func hide(_ scalars: inout [Unicode.Scalar], _ range: Range<Int>) {
        for index in range where scalars[index].value > 0x20 && !":=\"'".unicodeScalars.contains(scalars[index]) {
            scalars[index] = "*"
        }
    }

    /// S and the letter of a kind, then base32: the text form of a seed.
    private static func isSeed(_ word: String) -> Bool {
        word.utf8.count >= 50 && word.utf8.first == UInt8(ascii: "S")
            && word.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x20 && !",;{}[]\"'():=".unicodeScalars.contains(scalar)
    }
}
