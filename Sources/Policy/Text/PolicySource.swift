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
