extension Permissions {
    func validate(_ issues: inout IssueList) {
        issues.at("sub") { subscribe.validate(mayHaveQueue: true, &$0) }
        issues.at("pub") { publish.validate(mayHaveQueue: false, &$0) }
    }
}

extension Permission {
    fileprivate func validate(mayHaveQueue: Bool, _ issues: inout IssueList) {
        for (index, entry) in allow.enumerated() {
            issues.at("allow", .element(index)) { Self.check(entry, mayHaveQueue, &$0) }
        }
        for (index, entry) in deny.enumerated() {
            issues.at("deny", .element(index)) { Self.check(entry, mayHaveQueue, &$0) }
        }
    }

    /// A subject, or a subject and a queue group with one space between them.
    private static func check(_ entry: String, _ mayHaveQueue: Bool, _ issues: inout IssueList) {
        let parts = entry.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard parts.count <= 2 else {
            return issues.error("Permission Subject \"\(entry)\" contains too many spaces")
        }
        for part in parts { SubjectRules.check(part, &issues) }
        if parts.count == 2, !mayHaveQueue {
            issues.error("Permission Subject \"\(entry)\" is not allowed to contain queue")
        }
    }
}
