/// Templates filled in as text.
enum OracleTemplate {
    /// The rules of a list, or nil where the user is not let in.
    static func fill(_ list: [String], _ user: OracleUser, isDeny: Bool, mayHaveQueue: Bool) -> [OracleRule]? {
        guard list.contains(where: { first(in: $0) != nil }) else {
            return list.enumerated().map { OracleRule(entry: $0, $1) }
        }
        var rules: [OracleRule] = []
        for (entry, text) in list.enumerated() {
            guard let texts = fill(text, user) else { return nil }
            let isFilled = first(in: text) != nil
            for filled in texts {
                if let filled, isSubject(filled, mayHaveQueue) {
                    rules.append(OracleRule(entry: entry, filled, isFilled: isFilled))
                } else if isDeny {
                    return nil
                }
            }
        }
        return rules
    }

    /// Every text that an entry stands for; nil in place of one that a missing or unfit value spoils. Nil altogether for
    /// a template that nobody knows.
    private static func fill(_ text: String, _ user: OracleUser) -> [String?]? {
        guard let template = first(in: text) else { return [text] }
        guard let values = values(of: template, user) else { return nil }
        if values.isEmpty { return [nil] }
        var texts: [String?] = []
        for value in values {
            guard isOneToken(value) else {
                texts.append(nil)
                continue
            }
            // The same text takes the same value wherever it stands.
            guard let rest = fill(replace(template, in: text, by: value), user) else { return nil }
            texts += rest
        }
        return texts
    }

    private static func replace(_ part: String, in text: String, by value: String) -> String {
        var result = ""
        var rest = Array(text)
        let wanted = Array(part)
        while !rest.isEmpty {
            if rest.starts(with: wanted) {
                result += value
                rest.removeFirst(wanted.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }

    /// The first `{{…}}` of a text.
    private static func first(in text: String) -> String? {
        let characters = Array(text)
        for start in characters.indices where characters[start...].starts(with: "{{") {
            let inner = characters[(start + 2)...].prefix { $0 != "}" }
            if !inner.isEmpty, characters[(start + 2 + inner.count)...].starts(with: "}}") {
                return String(characters[start..<(start + 4 + inner.count)])
            }
        }
        return nil
    }

    private static func values(of template: String, _ user: OracleUser) -> [String]? {
        let word = template.dropFirst(2).dropLast(2).lowercased().filter { $0 != " " }
        switch word {
        case "name()": return [user.name]
        case "subject()": return [user.subject]
        case "account-name()": return [user.accountName]
        case "account-subject()": return [user.accountSubject]
        default: break
        }
        guard word.hasSuffix(")") else { return nil }
        let written = template.dropFirst(2).dropLast(2).filter { $0 != " " }
        for (prefix, tags) in [("tag(", user.tags), ("account-tag(", user.accountTags)] where word.hasPrefix(prefix) {
            // With capitals it is a function all the same, of a tag that nobody has.
            guard written.hasPrefix(prefix) else { return [] }
            let key = word.dropFirst(prefix.count).dropLast() + ":"
            return tags.filter { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) }
        }
        return nil
    }

    private static func isOneToken(_ value: String) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !".*>".utf8.contains($0) }
    }

    private static func isSubject(_ text: String, _ mayHaveQueue: Bool) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 2 && mayHaveQueue else { return false }
        return parts.allSatisfy { part in
            let tokens = OracleRule.split(part)
            return tokens.enumerated().allSatisfy { index, token in
                !token.isEmpty && (token != [UInt8(ascii: ">")] || index == tokens.count - 1)
                    && token.allSatisfy { $0 > 0x20 || $0 < 9 || ($0 > 13 && $0 < 32) }
            }
        }
    }
}
