import Yams

/// Reads a policy file's text into nodes: YAML without what makes YAML read otherwise than it looks.
enum PolicyText {
    /// The most bytes of a file: a hundred thousand rules fit.
    static let maximumBytes = 8 << 20
    /// The most lists and mappings inside each other.
    static let maximumDepth = 32
    /// The most keys, texts and entries of lists in a file.
    static let maximumEntries = 500_000
    /// The most characters of a line.
    static let maximumLine = 16_384

    struct Document: Sendable {
        let source: PolicySource
        /// Nil for a file with nothing but comments.
        let root: PolicyNode?
    }

    struct Failure: Error, Sendable {
        /// At least one, in the order of the file.
        let problems: [PolicyProblem]
    }

    /// - Parameter file: the file's path, for messages.
    /// - Throws: ``Failure`` with everything that is wrong with the text. What it means is not looked at.
    static func parse(_ bytes: [UInt8], file: String) throws(Failure) -> Document {
        guard bytes.count <= maximumBytes else {
            throw Failure(problems: [
                PolicyProblem(
                    .tooLarge, at: PolicyPosition(file: file, line: 1, column: 1), in: nil,
                    "the file has \(bytes.count) bytes; at most \(maximumBytes) are read",
                    remedy: "split the account's rules over several roles, or the set over several accounts")
            ])
        }
        // An editor's mark that this is Unicode.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        let source = try source(bytes, file: file)
        var scanner = TrapScanner(source)
        scanner.scan()
        guard scanner.problems.isEmpty else { throw Failure(problems: scanner.problems) }
        return Document(source: source, root: try compose(source, String(decoding: bytes, as: UTF8.self)))
    }

    private static func source(_ bytes: [UInt8], file: String) throws(Failure) -> PolicySource {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(problems: [notText(bytes, file)])
        }
        let source = PolicySource(text, file: file)
        for (line, scalars) in source.lines.enumerated() {
            guard scalars.count <= maximumLine else {
                throw Failure(problems: [
                    PolicyProblem(
                        .tooLarge, at: source.position(line, maximumLine), in: nil,
                        "the line has \(scalars.count) characters; at most \(maximumLine) are read",
                        remedy: "write a list with an entry on each line")
                ])
            }
            guard let column = scalars.firstIndex(where: { $0 != "\t" && $0.isControl }) else { continue }
            throw Failure(problems: [
                PolicyProblem(
                    .notText, at: source.position(line, column), in: source,
                    "the character \(scalars[column].codePoint) cannot be seen, and does not belong into a policy",
                    remedy: "remove it")
            ])
        }
        return source
    }

    private static func notText(_ bytes: [UInt8], _ file: String) -> PolicyProblem {
        // What the first broken byte is behind.
        var line = 1
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            guard String(validating: bytes[start..<index], as: UTF8.self) != nil else { break }
            (line, start) = (line + 1, index + 1)
        }
        return PolicyProblem(
            .notText, at: PolicyPosition(file: file, line: line, column: 1), in: nil,
            "line \(line) is not UTF-8", remedy: "save the file as UTF-8")
    }

    // MARK: YAML

    private static func compose(_ source: PolicySource, _ text: String) throws(Failure) -> PolicyNode? {
        do {
            // A text stays a text: what others would take for a number or a date is not looked for.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let node = try parser.singleRoot() else { return nil }
            return try PolicyNode(node, source, depth: 0)
        } catch let problem as PolicyProblem {
            throw Failure(problems: [problem])
        } catch {
            throw Failure(problems: [problem(error, source)])
        }
    }

    /// What YAML's parser says, in place.
    private static func problem(_ error: any Error, _ source: PolicySource) -> PolicyProblem {
        let (mark, message): (Mark?, String) =
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _): (mark, problem)
            case .parser(_, let problem, let mark, _): (mark, problem)
            case .composer(_, let problem, let mark, _): (mark, problem)
            case .reader(let problem, _, _, _): (nil, problem)
            case .duplicatedKeysInMapping(let keys, let context):
                (context.mark, "the key \"\(keys.first ?? "")\" is written twice")
            default: (nil, "YAML's parser gave up")
            }
        let isDuplicate = if case .duplicatedKeysInMapping = error as? YamlError { true } else { false }
        let position = mark.map { PolicyPosition(file: source.file, line: max(1, $0.line), column: max(1, $0.column)) }
        return PolicyProblem(
            isDuplicate ? .duplicateKey : .syntax, at: position ?? source.position(0, 0), in: source,
            isDuplicate ? message : "this is not YAML: \(message)",
            remedy: isDuplicate ? "write each key once" : "")
    }
}

extension PolicyNode {
    /// - Throws: ``PolicyProblem`` for what a policy does not use of YAML. ``TrapScanner`` has found it before, in nearly all
    ///   forms that there are; this is what makes sure.
    fileprivate init(_ node: Node, _ source: PolicySource, depth: Int) throws {
        position = PolicyPosition(file: source.file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        let place = position
        func refuse(_ what: String) -> PolicyProblem {
            PolicyProblem(
                .yamlFeature, at: place, in: source, "\(what) is not used in policies", remedy: "write it out")
        }
        guard node.anchor == nil else { throw refuse("an anchor") }
        guard depth <= PolicyText.maximumDepth else { throw refuse("a depth over \(PolicyText.maximumDepth)") }
        switch node {
        case .alias: throw refuse("an alias")
        case .scalar(let scalar):
            switch scalar.style {
            case .literal, .folded: throw refuse("a block of text")
            case .plain:
                content = scalar.string.isEmpty ? .nothing : .text(scalar.string, isQuoted: false)
            default: content = .text(scalar.string, isQuoted: true)
            }
        case .sequence(let sequence):
            content = .list(try sequence.map { try PolicyNode($0, source, depth: depth + 1) })
        case .mapping(let mapping):
            content = .mapping(
                try mapping.map { key, value in
                    let key = try PolicyNode(key, source, depth: depth + 1)
                    guard case .text(let name, _) = key.content else { throw refuse("a key that is no text") }
                    return Member(key: key, name: name, value: try PolicyNode(value, source, depth: depth + 1))
                })
        }
    }
}
