/// Finds what YAML reads otherwise than it looks, before YAML's parser sees the text: a `>` that swallows the lines behind
/// it, a `{{` that begins a mapping, a `#` that begins a comment. Policies use little of YAML, so a walk over the lines is
/// enough: texts stand on one line, and there are no anchors, aliases, tags and blocks.
struct TrapScanner {
    let source: PolicySource
    private(set) var problems: [PolicyProblem] = []

    /// The line that is looked at, and the place in it; both from 0.
    var line = 0
    var column = 0
    /// Where the lists and mappings in brackets begin that are still open.
    var brackets: [(line: Int, column: Int)] = []
    /// The mappings without brackets around the present line, from the outermost.
    private var mappings: [OpenMapping] = []
    /// How many keys, texts and entries of lists there have been.
    private var entries = 0
    /// Whether the last line ended where a value may still follow.
    private var awaitsValue = true
    /// Whether anything but comments has been seen.
    private var hasBegun = false
    /// Whether the rest is not worth looking at.
    private(set) var hasGivenUp = false

    private struct OpenMapping {
        let column: Int
        var keys: [String: PolicyPosition] = [:]
    }

    /// More than this is not looked for: a file that is wrong everywhere needs no longer list.
    private static let mostProblems = 200

    init(_ source: PolicySource) {
        self.source = source
    }

    mutating func scan() {
        while line < source.lines.count, problems.count < Self.mostProblems, !hasGivenUp {
            column = 0
            scanLine()
            line += 1
        }
        // Where something else is wrong on its line, that is why.
        if !hasGivenUp, let open = brackets.first, !problems.contains(where: { $0.position.line == open.line + 1 }) {
            report(.syntax, open.column, on: open.line, "this bracket is never closed", remedy: "close it")
        }
    }

    var scalars: [Unicode.Scalar] { source.lines[line] }

    func scalar(_ offset: Int = 0) -> Unicode.Scalar? {
        scalars.indices.contains(column + offset) ? scalars[column + offset] : nil
    }

    mutating func report(
        _ code: PolicyProblem.Code, _ column: Int, on line: Int? = nil, _ message: String, remedy: String = "",
        correctedLine: String? = nil, related: PolicyProblem.Related? = nil
    ) {
        problems.append(
            PolicyProblem(
                code, at: source.position(line ?? self.line, column), in: source, message, remedy: remedy,
                correctedLine: correctedLine, related: related))
    }

    // MARK: Lines

    private mutating func scanLine() {
        skipBlanks()
        guard let first = scalar(), first != "#" else { return }
        guard brackets.isEmpty else { return scanBrackets() }
        if column == 0, isMarker() { return }
        hasBegun = true
        scanItems()
    }

    /// `---`, `...` and `%`: a policy is one document. A `---` before everything else changes nothing.
    private mutating func isMarker() -> Bool {
        let text = String(scalars)
        if text.hasPrefix("%") {
            report(.yamlFeature, 0, "a directive is not used in policies", remedy: "remove the line")
            return true
        }
        guard text == "---" || text.hasPrefix("--- ") || text == "..." || text.hasPrefix("... ") else { return false }
        mappings = []
        if hasBegun || text.hasPrefix("...") || text.count > 4 {
            report(
                .yamlFeature, 0, "a file is one document", remedy: "put what follows into a file of its own")
        }
        return true
    }

    /// `- ` as often as it stands there, then a key or a value.
    private mutating func scanItems() {
        let indent = column
        var items = 0
        while scalar() == "-", scalar(1) == nil || scalar(1) == " " {
            if items == 0 { close(deeperThan: column) }
            items += 1
            countEntry()
            column += 1
            skipBlanks()
        }
        guard items <= PolicyText.maximumDepth else { return reportDepth(indent) }
        if items > 0 { awaitsValue = true }
        guard let next = scalar(), next != "#" else { return }
        scanEntry()
    }

    private mutating func scanEntry() {
        let start = column
        if scalar() == "?", scalar(1) == nil || scalar(1) == " " {
            return report(
                .yamlFeature, start, "a key that is no text is not used in policies", remedy: "write key: value")
        }
        guard let token = scanToken(inBrackets: false) else { return }
        guard token.isKey else {
            if !awaitsValue { reportContinuation(start) }
            awaitsValue = false
            return
        }
        note(key: token.text, at: start)
        skipBlanks()
        awaitsValue = scalar() == nil || scalar() == "#"
        if !awaitsValue { scanValue() }
    }

    /// What stands behind a key.
    private mutating func scanValue() {
        let start = column
        guard let token = scanToken(inBrackets: false), token.isKey else { return }
        report(
            .unquotedColon, start, "a colon and a blank inside a text begin a value of their own",
            remedy: "put the text into quotes", correctedLine: quoted(start..<scalars.count))
    }

    private mutating func note(key: String, at start: Int) {
        close(deeperThan: start + 1)
        let position = source.position(line, start)
        if mappings.last?.column != start {
            guard mappings.count < PolicyText.maximumDepth else { return reportDepth(start) }
            mappings.append(OpenMapping(column: start))
        }
        if key == "<<" {
            report(.yamlFeature, start, "a merge key is not used in policies", remedy: "write the members out")
        }
        if let earlier = mappings[mappings.count - 1].keys[key] {
            report(
                .duplicateKey, start, "the key \"\(key)\" is written twice", remedy: "keep one of them",
                related: .init(position: earlier, message: "it stands here already"))
        } else {
            mappings[mappings.count - 1].keys[key] = position
        }
    }

    private mutating func close(deeperThan column: Int) {
        while let last = mappings.last, last.column >= column { mappings.removeLast() }
    }

    /// A file of nothing but dashes is small, and what is made of it is not.
    mutating func countEntry() {
        entries += 1
        guard entries == PolicyText.maximumEntries else { return }
        report(
            .tooLarge, column, "the file has more than \(PolicyText.maximumEntries) keys, texts and entries",
            remedy: "split the account's rules over several roles, or the set over several accounts")
        hasGivenUp = true
    }

    mutating func reportDepth(_ column: Int) {
        report(
            .tooLarge, column, "this is inside of more than \(PolicyText.maximumDepth) lists and mappings",
            remedy: "a policy needs no more than a few")
        hasGivenUp = true
        self.column = scalars.count
    }

    private mutating func reportContinuation(_ start: Int) {
        report(
            .severalLines, start, "a text goes on over several lines",
            remedy: "write it on one line, or put a key before it")
    }

    // MARK: Small things

    private mutating func skipBlanks() {
        while let next = scalar(), next == " " || next == "\t" {
            if next == "\t", brackets.isEmpty, scalars[..<column].allSatisfy({ $0 == " " }),
                scalars[column...].contains(where: { $0 != " " && $0 != "\t" })
            {
                let rest = scalars.drop { $0 == " " || $0 == "\t" }
                let indent = scalars[..<(scalars.count - rest.count)].map { $0 == "\t" ? "  " : " " }.joined()
                report(
                    .tab, column, "a tab before the first word of a line", remedy: "YAML counts blanks",
                    correctedLine: indent + String(rest))
                column = scalars.count - rest.count
                return
            }
            column += 1
        }
    }

    /// The present line with a part of it in quotes.
    func quoted(_ range: Range<Int>) -> String {
        var range = range
        while let last = range.last, scalars[last] == " " || scalars[last] == "\t" {
            range = range.lowerBound..<range.upperBound - 1
        }
        let text = String(scalars[range])
        let written =
            text.contains("\"") || text.contains("\\")
            ? "'" + String(text.unicodeScalars.flatMap { $0 == "'" ? ["'", "'"] : [$0] }) + "'" : "\"\(text)\""
        return String(scalars[..<range.lowerBound]) + written + String(scalars[range.upperBound...])
    }

    /// Passes over the lines of a block of text.
    mutating func skipBlock() {
        let indent = scalars.prefix { $0 == " " }.count
        while line + 1 < source.lines.count {
            let next = source.lines[line + 1]
            let blanks = next.prefix { $0 == " " }.count
            guard blanks == next.count || blanks > indent else { return }
            line += 1
        }
    }
}
