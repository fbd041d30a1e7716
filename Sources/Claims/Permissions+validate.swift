extension Permissions {
    func validate(_ issues: inout IssueList) {
        for subject in subscribe.allow + subscribe.deny { Self.check(subject, mayHaveQueue: true, &issues) }
        for subject in publish.allow + publish.deny { Self.check(subject, mayHaveQueue: false, &issues) }
    }

    /// A subject, or a subject and a queue group with one space between them.
    private static func check(_ entry: String, mayHaveQueue: Bool, _ issues: inout IssueList) {
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
