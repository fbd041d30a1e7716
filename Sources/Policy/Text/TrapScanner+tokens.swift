// Keys, values, and what stands in brackets.

extension TrapScanner {
    struct Token {
        let text: String
        /// Whether a colon follows that makes it a key; ``TrapScanner/column`` is behind that then.
        let isKey: Bool
    }

    /// Looks at one text, or at everything in a pair of brackets that begins here.
    ///
    /// - Returns: nil if the rest of the line is not worth looking at.
    mutating func scanToken(inBrackets: Bool) -> Token? {
        let start = column
        guard let first = scalar(), !hasGivenUp else { return nil }
        countEntry()
        switch first {
        case "\"", "'": return scanQuoted(first)
        case "{" where scalar(1) == "{": return reportTemplate(start, inBrackets)
        case "[", "{":
            brackets.append((line, column))
            column += 1
            if !inBrackets {
                scanBrackets()
                return Token(text: "", isKey: false)
            }
            return Token(text: "", isKey: false)
        case ">", "*": return reportWildcard(start, inBrackets)
        case "|":
            return reportBlock(start)
        case "&":
            report(
                .yamlFeature, start, "an anchor is not used in policies",
                remedy: "write the value out where it is needed")
            return nil
        case "!":
            reportTag(start, inBrackets)
            return nil
        case "%", "@", "`", ",", "]", "}":
            report(
                .syntax, start, "a text does not begin with \(first)", remedy: "put it into quotes",
                correctedLine: quoted(start..<end(of: start, inBrackets)))
            return nil
        default: return scanPlain(inBrackets)
        }
    }

    // MARK: Texts

    private mutating func scanQuoted(_ quote: Unicode.Scalar) -> Token? {
        let start = column
        column += 1
        while let next = scalar() {
            if quote == "\"", next == "\\" {
                column += 2
            } else if next == quote, quote == "'", scalar(1) == "'" {
                column += 2
            } else if next == quote {
                let text = String(scalars[start + 1..<column])
                column += 1
                return Token(text: text, isKey: passColon(afterQuotes: true))
            } else {
                column += 1
            }
        }
        report(.severalLines, start, "these quotes are not closed on their line", remedy: "close them")
        return nil
    }

    private mutating func scanPlain(_ inBrackets: Bool) -> Token? {
        let start = column
        var hasTemplate = false
        while let next = scalar() {
            if next == "#", column > start, scalar(-1) == " " || scalar(-1) == "\t" { break }
            if next == ":", endsKey(inBrackets) { break }
            if inBrackets {
                if next == "{", scalar(1) == "{" {
                    hasTemplate = true
                    passTemplate()
                    continue
                }
                if next == "," || next == "]" || next == "}" || next == "[" || next == "{" { break }
            }
            column += 1
        }
        if hasTemplate {
            column = start
            return reportTemplate(start, inBrackets)
        }
        let text = String(scalars[start..<column].reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        checkComment(start)
        let isKey = passColon(afterQuotes: false)
        // On a line of its own it would begin an entry.
        if inBrackets, !isKey, text == "-" || text == "?" {
            report(
                .syntax, start, "a \(text) alone is a text in brackets only", remedy: "put it into quotes",
                correctedLine: quoted(start..<start + 1))
        }
        return Token(text: text, isKey: isKey)
    }

    private func endsKey(_ inBrackets: Bool) -> Bool {
        guard let next = scalar(1) else { return true }
        return next == " " || next == "\t" || (inBrackets && (next == "," || next == "]" || next == "}"))
    }

    private mutating func passColon(afterQuotes: Bool) -> Bool {
        var offset = 0
        while let next = scalar(offset), next == " " || next == "\t" { offset += 1 }
        guard scalar(offset) == ":" else { return false }
        column += offset + 1
        return true
    }

    /// `{{…}}`, or what there is of it on the line.
    private mutating func passTemplate() {
        while let next = scalar() {
            if next == "}", scalar(1) == "}" {
                column += 2
                return
            }
            column += 1
        }
    }

    /// Where a text ends that begins at a place, as it was probably meant.
    private func end(of start: Int, _ inBrackets: Bool) -> Int {
        var copy = self
        copy.column = start
        while let next = copy.scalar() {
            if next == "{", copy.scalar(1) == "{" {
                copy.passTemplate()
                continue
            }
            if next == "#", copy.column > start, copy.scalar(-1) == " " { break }
            if next == ":", copy.column > start, copy.endsKey(inBrackets) { break }
            if inBrackets, next == "," || next == "]" || next == "}" { break }
            copy.column += 1
        }
        return copy.column
    }

    /// A comment that begins right behind a text, without a blank after its `#`, may be meant as part of it.
    private mutating func checkComment(_ start: Int) {
        guard scalar() == "#", let next = scalar(1), next != " ", next != "\t", next != "#" else { return }
        // In brackets a text ends with its entry.
        let end = brackets.isEmpty ? nil : scalars[column...].firstIndex { $0 == "," || $0 == "]" || $0 == "}" }
        report(
            .hiddenByComment, column, "everything from here is a comment",
            remedy: "put the text into quotes, or a blank behind the # if it is a comment",
            correctedLine: quoted(start..<(end ?? scalars.count)))
        column = scalars.count
    }

    // MARK: Traps

    private mutating func reportTemplate(_ start: Int, _ inBrackets: Bool) -> Token? {
        let end = end(of: start, inBrackets)
        report(
            .unquotedTemplate, start, "{{ begins a mapping of YAML here", remedy: "put the text into quotes",
            correctedLine: quoted(start..<end))
        column = end
        return Token(text: String(scalars[start..<end]), isKey: passColon(afterQuotes: true))
    }

    /// A tag, or a text that begins like one.
    private mutating func reportTag(_ start: Int, _ inBrackets: Bool) {
        let word = scalars[start...].prefix { $0 != " " && $0 != "\t" && $0 != "," && $0 != "]" && $0 != "}" }
        let rest = scalars[word.endIndex...].drop { $0 == " " || $0 == "\t" }
        let isTag = rest.first.map { !",]}#".unicodeScalars.contains($0) } ?? false
        report(
            .yamlFeature, start, "a tag is not used in policies",
            remedy: isTag ? "remove it: every value is a text" : "in quotes it is a text",
            correctedLine: isTag
                ? String(scalars[..<start]) + String(rest) : quoted(start..<end(of: start, inBrackets)))
    }

    private mutating func reportBlock(_ start: Int) -> Token? {
        report(
            .blockText, start, "a block of text is not used in policies",
            remedy: "write the text on one line, in quotes")
        skipBlock()
        return nil
    }

    private mutating func reportWildcard(_ start: Int, _ inBrackets: Bool) -> Token? {
        let end = end(of: start, inBrackets)
        let text = String(scalars[start..<end])
        let isBlock = !inBrackets && text.hasPrefix(">") && hasDeeperLine
        if isBlock, text.count > 1, text.dropFirst().allSatisfy({ "+-123456789".contains($0) }) {
            return reportBlock(start)
        }
        report(
            .unquotedWildcard, start,
            text.hasPrefix(">")
                ? "without quotes, > begins a block of text" + (isBlock ? ", and the lines below vanish in it" : "")
                : "without quotes, * is a reference to something else",
            remedy: "put the subject into quotes", correctedLine: quoted(start..<end))
        if isBlock { skipBlock() }
        column = end
        return isBlock ? nil : Token(text: text, isKey: passColon(afterQuotes: true))
    }

    private var hasDeeperLine: Bool {
        let indent = scalars.prefix { $0 == " " }.count
        guard source.lines.indices.contains(line + 1) else { return false }
        return source.lines[line + 1].prefix { $0 == " " }.count > indent
    }

    // MARK: Brackets

    /// Looks at what stands in brackets, to the last one's end or the end of the line.
    mutating func scanBrackets() {
        var keys: [[String: PolicyPosition]] = brackets.map { _ in [:] }
        while let next = scalar(), !hasGivenUp {
            switch next {
            case " ", "\t", ",", ":":
                column += 1
            case "#" where column == 0 || scalar(-1) == " " || scalar(-1) == "\t":
                return
            case "]", "}":
                guard closes(next) else {
                    column = scalars.count
                    return
                }
                brackets.removeLast()
                if !keys.isEmpty { keys.removeLast() }
                column += 1
                if brackets.isEmpty { return }
            default:
                guard brackets.count < PolicyText.maximumDepth else { return reportDepth(column) }
                let (depth, start) = (brackets.count, column)
                guard let token = scanToken(inBrackets: true) else {
                    column = max(column + 1, end(of: start, true))
                    continue
                }
                if brackets.count > depth { keys.append([:]) }
                if token.isKey { note(token.text, start, in: &keys) }
            }
        }
    }

    /// Whether a bracket closes the one that was opened last; the other kind is told of.
    private mutating func closes(_ bracket: Unicode.Scalar) -> Bool {
        guard let open = brackets.last else { return false }
        let opening = source.lines[open.line][open.column]
        guard (opening == "[") != (bracket == "]") else { return true }
        report(
            .syntax, column, "\(bracket) does not close \(opening)",
            remedy: opening == "["
                ? "write ] here, or take one of the brackets away" : "write } here, or take one of the brackets away",
            related: .init(position: source.position(open.line, open.column), message: "what is open here"))
        return false
    }

    private mutating func note(_ key: String, _ start: Int, in keys: inout [[String: PolicyPosition]]) {
        guard !keys.isEmpty else { return }
        if key == "<<" {
            report(.yamlFeature, start, "a merge key is not used in policies", remedy: "write the members out")
        }
        if let earlier = keys[keys.count - 1][key] {
            report(
                .duplicateKey, start, "the key \"\(key)\" is written twice", remedy: "keep one of them",
                related: .init(position: earlier, message: "it stands here already"))
        } else {
            keys[keys.count - 1][key] = source.position(line, start)
        }
    }
}
