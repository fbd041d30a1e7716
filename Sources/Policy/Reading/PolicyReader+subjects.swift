import Claims
import Subjects

extension PolicyReader {
    /// A subject, with wildcards and templates where both may be.
    mutating func subject(
        _ node: PolicyNode, _ what: String, isLiteral: Bool = false, hasTemplates: Bool = true
    ) -> PolicySubject? {
        checkAmbiguity(of: node)
        guard let text = text(node, what) else { return nil }
        let subject = PolicySubject(text, node.position)
        guard check(subject, what, hasTemplates: hasTemplates) else { return nil }
        if isLiteral, text.split(separator: ".").contains(where: { $0 == "*" || $0 == ">" }) {
            report(.wrongSubject, at: node.position, "\(what) has no wildcards", remedy: "write it out")
            return nil
        }
        return subject
    }

    mutating func subjects(_ node: PolicyNode, _ what: String) -> [PolicySubject] {
        elements(of: node, what).compactMap { element in
            // In quotes it is a subject like any other.
            if case .text(let text, isQuoted: false) = element.content, AmbiguousWord.isSet(text) {
                let hasWord = ["publish", "subscribe", "allow"].contains(what)
                let whole = hasWord ? "\(what): \(text)" : text == "everything" ? "\">\"" : "[]"
                report(
                    .ambiguousWord, at: element.position, "\(text) in a list would be the subject of that name",
                    remedy: "write \(whole) for the set, or \"\(text)\" for the subject")
                return nil
            }
            return subject(element, "an entry of \(what)")
        }
    }

    mutating func check(_ subject: PolicySubject, _ what: String, hasTemplates: Bool) -> Bool {
        var plain = ""
        for part in subject.entry.parts {
            switch part {
            case .literal(let text): plain += text
            case .template(.undefined(let function), _):
                report(
                    .wrongSubject, at: subject.position, "there is no template {{\(function)}}",
                    remedy: "there are name(), subject(), account-name(), account-subject(), tag(x) and account-tag(x)")
                return false
            case .template(_, let text) where text.utf8.contains(where: { $0 <= 0x20 }):
                report(
                    .wrongSubject, at: subject.position, "a blank inside of the template \(text)",
                    remedy: "write \(text.filter { $0 != " " })")
                return false
            case .template(_, let text):
                guard hasTemplates else {
                    report(
                        .wrongSubject, at: subject.position,
                        "\(what) has no templates: \(text) is filled when a user of a role connects")
                    return false
                }
                plain += "x"
            }
        }
        return check(plain, of: subject, what)
    }

    private mutating func check(_ plain: String, of subject: PolicySubject, _ what: String) -> Bool {
        if plain.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            report(
                .wrongSubject, at: subject.position, "a blank inside of \(what)",
                remedy: plain.contains(" ") ? "a queue group is written under queue: { subject: [ group ] }" : "")
            return false
        }
        if let blank = plain.unicodeScalars.first(where: { $0.properties.generalCategory == .spaceSeparator }) {
            report(
                .wrongSubject, at: subject.position,
                "\(what) has the character \(blank.codePoint), which looks like a blank", remedy: "remove it")
            return false
        }
        if plain.contains("{{") || plain.contains("}}") {
            report(.wrongSubject, at: subject.position, "{{ and }} belong to templates, such as {{name()}}")
            return false
        }
        let tokens = plain.split(separator: ".", omittingEmptySubsequences: false)
        for token in tokens where token.count > 1 && (token.contains("*") || token.contains(">")) {
            report(
                .wrongSubject, at: subject.position, "\(token) is a literal token, in which * and > mean nothing",
                remedy: "a wildcard is a token by itself")
            return false
        }
        do throws(SubjectError) {
            _ = try Pattern(plain)
            return true
        } catch {
            report(.wrongSubject, at: subject.position, "\(what) is no subject: \(error)")
            return false
        }
    }

    // MARK: Access

    /// `everything`, `nothing`, a list, or `{ allow: …, deny: … }`.
    mutating func access(_ node: PolicyNode, _ what: String, into access: inout PolicyAccess) {
        access.position = node.position
        guard case .mapping = node.content else {
            access.allowed = allowed(node, what)
            return
        }
        var parts = (allow: PolicyAccess.Allowed?.none, deny: [PolicySubject]())
        read(node, what, into: &parts, Self.accessKeys)
        access.denied = parts.deny
        access.allowed = parts.allow ?? .nothing
    }

    static let accessKeys: Keys<(allow: PolicyAccess.Allowed?, deny: [PolicySubject])> = [
        ("allow", { $2.allow = $0.allowed($1, "allow") }),
        ("deny", { $2.deny = $0.subjects($1, "deny") }),
    ]

    private mutating func allowed(_ node: PolicyNode, _ what: String) -> PolicyAccess.Allowed {
        if case .text(let text, _) = node.content {
            if text == "everything" { return .everything(node.position) }
            if text == "nothing" { return .nothing }
        }
        return .subjects(subjects(node, what))
    }

    /// `{ pattern: [ group, … ] }`, or `[any]` for every group.
    mutating func queues(_ node: PolicyNode, _ what: String) -> [PolicyQueue] {
        members(of: node, what).compactMap { member in
            let subject = subject(member.key, "a subject of \(what)")
            var groups: [String] = []
            for element in elements(of: member.value, "the groups of \(member.name)") {
                guard let group = name(element, "a queue group") else { continue }
                if checkGroup(group, at: element.position) { groups.append(group) }
            }
            guard let subject else { return nil }
            guard !groups.isEmpty else {
                guard case .list(let elements) = member.value.content, elements.isEmpty else { return nil }
                report(
                    .missingKey, at: member.key.position, "\(member.name) names no queue group",
                    remedy: "write [ any ] for every group")
                return nil
            }
            return PolicyQueue(subject: subject, groups: groups.contains("any") ? .any : .named(groups))
        }
    }

    mutating func checkGroup(_ group: String, at position: PolicyPosition) -> Bool {
        guard !group.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            report(.wrongSubject, at: position, "\"\(group)\" cannot be a queue group's name")
            return false
        }
        // A group of a permission's entry matches as a subject does.
        guard check(PolicySubject(group, position), "a queue group", hasTemplates: true) else { return false }
        if group == "_sys_" || group.hasPrefix("$") {
            report(.wrongSubject, at: position, "the group \(group) is the server's own")
            return false
        }
        return true
    }
}

extension PolicyProblem.Code {
    /// A text that cannot be a subject, or a queue group.
    public static let wrongSubject = Self("wrong-subject")
}
