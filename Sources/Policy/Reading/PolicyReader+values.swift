extension PolicyReader {
    /// A text with the environment's values in place of each `<name>`.
    ///
    /// - Returns: nil if there is no such value, which has been reported.
    mutating func fill(_ text: String, at node: PolicyNode, isQuoted: Bool) -> String? {
        guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
        var filled = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            filled += rest[..<start]
            let inner = rest[rest.index(after: start)...]
            let name = String(inner.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
            let after = inner.dropFirst(name.count)
            let column = node.position.column + (isQuoted ? 1 : 0) + text[..<start].unicodeScalars.count
            let place = PolicyPosition(file: source.file, line: node.position.line, column: column)
            guard !name.isEmpty, after.first == ">" else {
                report(.wrongValue, at: place, "< begins the name of a value, as in <region>", remedy: "remove it")
                return nil
            }
            guard let value = values[name] else {
                report(
                    .unknownValue, at: place, "there is no value \"\(name)\"",
                    remedy: Suggestion.nearest(to: name, in: values.keys.sorted()).map { "did you mean <\($0)>?" }
                        ?? "declare it under values, and give it one in each environment")
                return nil
            }
            filled += value.text
            rest = after.dropFirst()
        }
        return filled + rest
    }
}

extension PolicyProblem.Code {
    /// A `<name>` that is not declared, or that the environment has no value for.
    public static let unknownValue = Self("unknown-value")
}
