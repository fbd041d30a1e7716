/// Words that YAML's readers take for truth values, numbers, dates or nothing, and policies for texts.
enum AmbiguousWord {
    private static let words: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"]

    /// Words of the language for whole sets; a subject of that name is written in quotes.
    static func isSet(_ text: String) -> Bool { text == "everything" || text == "nothing" }

    static func isOne(_ text: String) -> Bool {
        words.contains(text.lowercased()) || isNumber(text)
    }

    /// `07`, `1e3`, `0x1F`, `1_000`, `.5`, `12:30`, `2027-01-01`, `.inf`: digits in any of these orders.
    private static func isNumber(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first else { return false }
        if digits.lowercased() == ".inf" || digits.lowercased() == ".nan" { return true }
        guard (0x30...0x39).contains(first) || (first == UInt8(ascii: ".") && digits.utf8.count > 1) else {
            return false
        }
        if digits.hasPrefix("0x") { return digits.dropFirst(2).allSatisfy(\.isHexDigit) }
        // With two dots it is an address or a version.
        guard digits.utf8.count(where: { $0 == UInt8(ascii: ".") }) < 2 else { return false }
        return digits.utf8.allSatisfy { (0x30...0x39).contains($0) || "._:eE+-".utf8.contains($0) }
    }
}
