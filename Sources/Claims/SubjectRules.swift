/// Subjects as the claims library of the reference judges them: by tokens, looser than a server does. What a server
/// makes of a subject is the business of other rooms.
enum SubjectRules {
    /// Reports an empty subject, blanks, and dots at an end or in a row; nothing else.
    static func check(_ subject: String, _ issues: inout IssueList) {
        guard !subject.isEmpty else { return issues.error("subject cannot be empty") }
        if subject.utf8.contains(0x20) { issues.error("subject \(quoted(subject)) cannot have spaces") }
        if subject.utf8.first == 0x2E || subject.utf8.last == 0x2E {
            issues.error("subject \(quoted(subject)) cannot start or end with a `.`")
        }
        if zip(subject.utf8, subject.utf8.dropFirst()).contains(where: { $0 == (0x2E, 0x2E) }) {
            issues.error("subject \(quoted(subject)) cannot contain consecutive `.`")
        }
    }

    /// The tokens between dots, empty ones included.
    static func tokens(_ subject: String) -> [Substring.UTF8View] {
        // By bytes: a dot may be followed by a combining mark and is a dot all the same.
        subject[...].utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
    }

    /// Whether a `*` is a token, or `>` the last one.
    static func hasWildcards(_ subject: String) -> Bool {
        let bytes = subject.utf8
        guard bytes.contains(where: { $0 == 0x2A || $0 == 0x3E }) else { return false }
        let tokens = tokens(subject)
        return tokens.contains { isStar($0) } || tokens.last.map(isArrow) == true
    }

    /// Whether all subjects of `subject` are subjects of `other`. Wildcards of `subject` itself are compared as if they
    /// were plain tokens, so `>` counts as contained in `*`.
    static func isContained(_ subject: String, in other: String) -> Bool {
        var numbers = TokenNumbers()
        return TokenNumbers.isContained(numbers.of(subject), in: numbers.of(other))
    }

    static func isStar(_ token: Substring.UTF8View) -> Bool { token.elementsEqual("*".utf8) }
    static func isArrow(_ token: Substring.UTF8View) -> Bool { token.elementsEqual(">".utf8) }

    /// The number in a token such as `$1`; a sign before the number is accepted too.
    static func reference(_ token: Substring.UTF8View) -> Int? {
        guard token.first == 0x24, token.count > 1 else { return nil }
        return Int(String(decoding: token.dropFirst(), as: UTF8.self))
    }

    /// A local subject with each reference (`$1`) turned into `*`.
    static func pattern(ofLocal subject: String) -> String {
        tokens(subject).map { reference($0) == nil ? String(decoding: $0, as: UTF8.self) : "*" }
            .joined(separator: ".")
    }

    /// Checks a local subject against the subject that it renames.
    static func checkLocal(_ local: String, of subject: String, _ issues: inout IssueList) {
        check(local, &issues)
        if subject.isEmpty { issues.error("subject cannot be empty") }
        if local.utf8.contains(0x20) { issues.error("subject \(quoted(local)) cannot have spaces") }
        let localTokens = tokens(local)
        let subjectTokens = tokens(subject)
        if (localTokens.last.map(isArrow) == true) != (subjectTokens.last.map(isArrow) == true) {
            issues.error("both, renaming subject and subject, need to end or not end in >")
        }
        let wildcards = subjectTokens.count(where: isStar)
        var references = 0
        for token in localTokens {
            if isStar(token) { references += 1 }
            guard let number = reference(token) else { continue }
            if number > wildcards {
                issues.error(
                    "Reference $\(number) in \(quoted(local)) reference * in \(quoted(subject)) that do not exist")
            } else {
                references += 1
            }
        }
        if references != wildcards {
            issues.error("subject does not contain enough * or reference wildcards $[0-9]")
        }
    }
}
