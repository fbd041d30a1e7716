import NKeys

/// A line of a policy file as it is shown to a person: not too long, with a caret.
struct PolicyExcerpt: Sendable, Hashable {
    /// The longest piece of a line that is shown, in characters.
    static let width = 100

    /// The line; `…` stands for what is left out of a long one.
    let line: String
    /// How many characters stand before the caret.
    let indent: Int

    init(line: String, column: Int) {
        // No file holds a key, but somebody may have put one in.
        let scalars = SecretText.hidden(in: line).unicodeScalars.map { $0.isControl ? " " : $0 }
        let caret = min(max(0, column - 1), scalars.count)
        let start = max(0, min(caret - Self.width / 2, scalars.count - Self.width))
        let end = min(scalars.count, start + Self.width)
        let isCut = start > 0
        self.line = (isCut ? "…" : "") + String(scalars[start..<end]) + (end < scalars.count ? "…" : "")
        indent = caret - start + (isCut ? 1 : 0)
    }
}

extension Unicode.Scalar {
    /// Whether it would move or change what stands around it on a terminal.
    var isControl: Bool {
        if (0x20..<0x7F).contains(value) { return false }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    /// Whether it shows nothing where it stands, so that two texts look alike that are not: characters that move others, and
    /// those that are drawn as nothing.
    var isHidden: Bool { isControl || value >= 0x7F && properties.isDefaultIgnorableCodePoint }

    /// Such as `U+202E`.
    var codePoint: String {
        let code = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - code.utf8.count)) + code
    }
}
