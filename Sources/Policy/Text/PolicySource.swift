/// A policy file's text, cut into lines, for whoever looks at places in it.
struct PolicySource: Sendable {
    let file: String
    /// Without their line feeds; a carriage return before one is not part of a line either.
    let lines: [[Unicode.Scalar]]

    init(_ text: String, file: String) {
        self.file = file
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.last == "\r" ? Array(line.dropLast()) : Array(line)
        }
    }

    /// - Parameters:
    ///   - line: from 0.
    ///   - column: from 0.
    func position(_ line: Int, _ column: Int) -> PolicyPosition {
        PolicyPosition(file: file, line: line + 1, column: column + 1)
    }

    /// Where a character of a text stands: of one in quotes its escape, if it has one.
    ///
    /// - Parameters:
    ///   - index: of the character in the text, from 0.
    ///   - start: where the text begins, with its quotes.
    func position(_ index: Int, ofTextAt start: PolicyPosition) -> PolicyPosition {
        guard let rest = line(at: start)?.dropFirst(start.column - 1), let quote = rest.first else { return start }
        let isQuoted = quote == "\"" || quote == "'"
        var place = rest.startIndex + (isQuoted ? 1 : 0)
        for _ in 0..<index where place < rest.endIndex {
            place += Self.length(of: rest[place...], isQuoted ? quote : nil)
        }
        guard place < rest.endIndex else { return start }
        return PolicyPosition(file: file, line: start.line, column: place + 1)
    }

    /// How many characters of a line the first one of a text takes.
    private static func length(of rest: ArraySlice<Unicode.Scalar>, _ quote: Unicode.Scalar?) -> Int {
        switch (quote, rest.first) {
        case ("'", "'"): 2
        case ("\"", "\\"):
            switch rest.dropFirst().first {
            case "x": 4
            case "u": 6
            case "U": 10
            default: 2
            }
        default: 1
        }
    }

    /// The line at a place, or nothing if there is none.
    func line(at position: PolicyPosition) -> [Unicode.Scalar]? {
        guard lines.indices.contains(position.line - 1) else { return nil }
        return lines[position.line - 1]
    }
}

extension String {
    /// The text that these scalars make.
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
