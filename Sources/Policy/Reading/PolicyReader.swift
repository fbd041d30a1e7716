import Claims

/// Walks the nodes of a policy file, and gathers everything that is wrong instead of stopping at the first.
struct PolicyReader {
    let source: PolicySource
    /// What the environment fills in, by name, as its file has it.
    let given: [String: String]
    /// The environment's name; nil where the set has none.
    let environment: String?
    /// What of it the file has declared, so that it is known to be no more than what it was declared as.
    var values: [String: PolicyValue] = [:]
    /// Which time zones there are is in files of the system.
    let isKnownTimeZone: @Sendable (String) -> Bool
    private(set) var problems: [PolicyProblem] = []

    init(
        _ source: PolicySource, values given: [String: String] = [:], environment: String? = nil,
        isKnownTimeZone: @escaping @Sendable (String) -> Bool = TimeZoneNames.isPlausible
    ) {
        self.source = source
        self.given = given
        self.environment = environment
        self.isKnownTimeZone = isKnownTimeZone
    }

    mutating func report(
        _ code: PolicyProblem.Code, _ severity: PolicyProblem.Severity = .error, at position: PolicyPosition,
        _ message: String, remedy: String = "", related: PolicyProblem.Related? = nil
    ) {
        problems.append(
            PolicyProblem(code, severity, at: position, in: source, message, remedy: remedy, related: related))
    }

    // MARK: Shapes

    /// What may stand in a mapping: a key, and what is done with its value.
    typealias Keys<Target> = [(name: String, read: @Sendable (inout PolicyReader, PolicyNode, inout Target) -> Void)]

    /// Reads a mapping with known keys.
    ///
    /// - Parameter what: what it is, for a sentence such as "a role has no key …".
    mutating func read<Target>(_ node: PolicyNode, _ what: String, into target: inout Target, _ keys: Keys<Target>) {
        for member in members(of: node, what) {
            guard let key = keys.first(where: { $0.name == member.name }) else {
                let names = keys.map(\.name)
                let remedy = Suggestion.nearest(to: member.name, in: names).map { "did you mean \($0)?" }
                report(
                    .unknownKey, at: member.key.position, "\(what) has no key \"\(member.name)\"",
                    remedy: remedy ?? "it has: \(names.joined(separator: ", "))")
                continue
            }
            key.read(&self, member.value, &target)
        }
    }

    /// The members of a mapping whose keys are names.
    mutating func members(of node: PolicyNode, _ what: String) -> [PolicyNode.Member] {
        switch node.content {
        case .mapping(let members): return members
        case .nothing: return []
        case .text, .list:
            report(
                .wrongKind, at: node.position, "\(what) is written as keys and values, not as \(node.kind)",
                remedy: "write { KEY: VALUE }, or each key on a line of its own")
            return []
        }
    }

    /// The elements of a list.
    mutating func elements(of node: PolicyNode, _ what: String) -> [PolicyNode] {
        switch node.content {
        case .list(let elements): return elements
        case .nothing: return []
        case .text(let text, let isQuoted):
            let written = isQuoted ? "\"\(text)\"" : text
            report(
                .wrongKind, at: node.position, "\(what) is a list", remedy: "put it into brackets: [ \(written) ]")
            return []
        case .mapping:
            report(
                .wrongKind, at: node.position, "\(what) is a list, not a mapping",
                remedy: "put it into brackets, or a - before each entry")
            return []
        }
    }

    /// A text that means something, with the environment's values in it: all of it can be seen.
    mutating func text(_ node: PolicyNode, _ what: String) -> String? {
        guard checkVisibility(of: node, what) else { return nil }
        return prose(node, what)
    }

    /// A text for people, with the environment's values in it.
    mutating func prose(_ node: PolicyNode, _ what: String) -> String? {
        guard case .text(let text, let isQuoted) = node.content else {
            report(.wrongKind, at: node.position, "\(what) is a text, not \(node.kind)")
            return nil
        }
        return fill(text, at: node, isQuoted: isQuoted)
    }

    /// Whether a text has nothing in it that cannot be seen, which an escape puts there: it would look like another one
    /// wherever it is shown.
    mutating func checkVisibility(of node: PolicyNode, _ what: String) -> Bool {
        guard case .text(let text, _) = node.content,
            let hidden = text.unicodeScalars.enumerated().first(where: { $0.element.isHidden })
        else { return true }
        report(
            .hiddenCharacter, at: source.position(hidden.offset, ofTextAt: node.position),
            "\(what) has the character \(hidden.element.codePoint), which cannot be seen", remedy: "remove it")
        return false
    }

    /// A text that names something: what other readers of YAML take for something else has to be in quotes.
    mutating func name(_ node: PolicyNode, _ what: String) -> String? {
        checkAmbiguity(of: node)
        guard let name = text(node, what) else { return nil }
        guard !name.isEmpty else {
            report(.wrongValue, at: node.position, "\(what) is empty")
            return nil
        }
        return name
    }

    /// What other readers of YAML take for something else than a text.
    mutating func checkAmbiguity(of node: PolicyNode) {
        guard case .text(let text, false) = node.content, AmbiguousWord.isOne(text) else { return }
        report(
            .ambiguousWord, at: node.position, "other readers of YAML take \(text) for something else than a text",
            remedy: "write \"\(text)\"")
    }

    /// A name with its place.
    mutating func placedName(_ node: PolicyNode, _ what: String) -> Placed<String>? {
        name(node, what).map { Placed($0, node.position) }
    }

    /// Whether the directory takes a name; what is wrong with it has been told of otherwise.
    ///
    /// - Parameter isMade: whether it is chosen in the file, rather than that of something which may be there already.
    mutating func checkName(
        _ name: String, at position: PolicyPosition, _ what: String, isMade: Bool = false
    ) -> Bool {
        do throws(NameFault) {
            // What stands for all accounts can be none of them.
            _ = try isMade || name == "*" ? NameRule.made(name) : NameRule.checked(name)
            guard NameRule.isTrimmed(name) else {
                throw NameFault(message: "\(what) has blanks at its ends", remedy: "leave them out")
            }
            return true
        } catch {
            report(.wrongValue, at: position, error.message, remedy: error.remedy)
            return false
        }
    }

    /// One word of several.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ node: PolicyNode, _ what: String, _ type: Word.Type = Word.self
    ) -> Placed<Word>? where Word.RawValue == String, Word: Sendable {
        guard let text = text(node, what) else { return nil }
        guard let word = Word(rawValue: text) else {
            report(
                .wrongValue, at: node.position, "\(what) is not \"\(text)\"",
                remedy: "it is one of: \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return Placed(word, node.position)
    }

    // MARK: Numbers

    mutating func count(_ node: PolicyNode, _ what: String) -> Int64? {
        number(node, what, "a count such as 500 or 10k") { PolicyNumber.count($0) }
    }

    mutating func duration(_ node: PolicyNode, _ what: String) -> Int64? {
        number(node, what, "a duration such as 30s, 24h or 7d") { PolicyNumber.duration($0) }
    }

    /// A number, or `unlimited`.
    mutating func limit(_ node: PolicyNode, _ what: String, isBytes: Bool = false) -> PolicyLimit? {
        let form = isBytes ? "a number of bytes with a unit, such as 1MiB or 1MB" : "a count such as 500 or 10k"
        return number(node, what, form + ", or unlimited") { text in
            if text == "unlimited" { return .unlimited }
            return (isBytes ? PolicyNumber.bytes(text) : PolicyNumber.count(text)).map(PolicyLimit.most)
        }
    }

    mutating func day(_ node: PolicyNode, _ what: String) -> Int64? {
        number(node, what, "a day such as 2027-01-31") { PolicyDate.day($0) }
    }

    mutating func number<Number>(
        _ node: PolicyNode, _ what: String, _ form: String, _ read: (String) -> Number?
    ) -> Number? {
        guard let text = text(node, what) else { return nil }
        if let number = read(text) { return number }
        report(.wrongValue, at: node.position, "\(what) is not \"\(text)\"", remedy: "write \(form)")
        return nil
    }

    mutating func truth(_ node: PolicyNode, _ what: String) -> Bool? {
        number(node, what, "true or false") { ["true": true, "false": false][$0] }
    }
}

extension PolicyProblem.Code {
    /// A key that nothing is known about.
    public static let unknownKey = Self("unknown-key")
    /// A list, a mapping or a text where another of them belongs.
    public static let wrongKind = Self("wrong-kind")
    /// A text that is not what belongs there.
    public static let wrongValue = Self("wrong-value")
    /// A character in a text that shows nothing.
    public static let hiddenCharacter = Self("hidden-character")
    /// Something that has to be there and is not.
    public static let missingKey = Self("missing-key")
}
