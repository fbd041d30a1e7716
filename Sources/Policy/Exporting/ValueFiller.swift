/// Writes a file that was read again, with an environment's values in place of each `<name>`, in keys as in texts. What is a
/// key of the language, and what is a claim as it is, the language's own tables say.
struct ValueFiller {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// A piece of the file, by what may stand there.
    ///
    /// - Returns: nil where two keys come to the same, and what they stand for cannot be put together.
    func tree(_ node: PolicyNode, _ form: LanguageForm) -> PolicyTree? {
        switch node.content {
        case .nothing: return form.isRaw ? .word("null") : form.element != nil ? .list([]) : .mapping([])
        case .text(let text, let isQuoted):
            let filled = form.isRaw ? text : self.filled(text)
            let isWord = form.isNumber || !isQuoted && filled == text && Self.isPlain(text)
            return isWord ? .word(filled) : .text(filled)
        case .list(let elements):
            var list: [PolicyTree] = []
            for element in elements {
                guard let tree = tree(element, form.element ?? .anything) else { return nil }
                list.append(tree)
            }
            return .list(list)
        case .mapping(let members): return mapping(members, form)
        }
    }

    private func mapping(_ members: [PolicyNode.Member], _ form: LanguageForm) -> PolicyTree? {
        let table = form.table
        let areNames = table == nil && !form.isRaw
        var written: AccountWriter.Members = []
        var places: [String: Int] = [:]
        for member in members {
            let form =
                form.isRaw ? form : table.map { $0.key(member.name)?.form ?? .anything } ?? form.member ?? .anything
            guard let tree = tree(member.value, form) else { return nil }
            let name = areNames ? filled(member.name) : member.name
            guard let place = places.updateValue(written.count, forKey: name) else {
                written.append((name, tree))
                continue
            }
            guard let whole = written[place].1.joined(with: tree, form) else { return nil }
            written[place].1 = whole
            places[name] = place
        }
        return .mapping(written)
    }

    private func filled(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
        return values.reduce(text) { $0.replacing("<\($1.key)>", with: $1.value) }
    }

    /// Whether a text without quotes is the same anywhere in brackets.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.first.map { $0 == UInt8(ascii: "-") ? text.utf8.count > 1 : true } == true
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || "_.%/+-".utf8.contains($0)
            }
    }
}

extension PolicyTree {
    /// Of a mapping; empty for what is none.
    var members: AccountWriter.Members { if case .mapping(let members) = self { members } else { [] } }

    /// What two keys that have become one stand for: groups and the keys of a bucket are sets, nothing else is.
    fileprivate func joined(with other: PolicyTree, _ form: LanguageForm) -> PolicyTree? {
        switch (self, other) {
        case (.list(let first), .list(let second)): return .list(first + second)
        case (.mapping(let first), .mapping(let second)) where form.table?.name == "bucket":
            var members = first
            for (name, tree) in second {
                guard let place = members.firstIndex(where: { $0.0 == name }) else {
                    members.append((name, tree))
                    continue
                }
                guard let whole = members[place].1.joined(with: tree, .anything) else { return nil }
                members[place].1 = whole
            }
            return .mapping(members)
        case (.word(let first), .word(let second)) where first == second: return self
        default: return nil
        }
    }
}

extension LanguageForm {
    private var choices: [LanguageForm] { if case .either(let forms) = self { forms } else { [self] } }

    /// Whether texts and keys are as they are.
    fileprivate var isRaw: Bool { if case .claims = self { true } else { false } }

    /// Whether nothing but a number or a word of the language may stand there.
    fileprivate var isNumber: Bool {
        choices.allSatisfy {
            switch $0 {
            case .count, .countOrUnlimited, .bytesOrUnlimited, .duration, .share, .day, .truth, .words: true
            default: false
            }
        }
    }

    /// What a list has; nil where none may stand.
    fileprivate var element: LanguageForm? {
        if isRaw { return self }
        return choices.lazy.compactMap { if case .list(let form, _) = $0 { form } else { nil } }.first
    }

    /// The keys of a mapping; nil where they are names.
    fileprivate var table: LanguageTable? {
        choices.lazy.compactMap { if case .table(let name, _) = $0 { PolicyLanguage.table(name) } else { nil } }.first
    }

    /// What stands behind names.
    fileprivate var member: LanguageForm? {
        choices.lazy.compactMap { if case .members(let form, _) = $0 { form } else { nil } }.first
    }
}
