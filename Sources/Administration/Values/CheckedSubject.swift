import Subjects

/// Subjects as people write them. The format takes some that no server could ever match; those are refused where they
/// are typed.
enum CheckedSubject {
    /// Checks a subject, which may have wildcards, and returns it.
    ///
    /// - Parameter what: what it is, for the message: `"the export's subject"`.
    /// - Throws: an error of code `invalidValue`.
    @discardableResult
    static func check(_ text: String, _ what: String) throws(AdministrationError) -> String {
        do throws(SubjectError) {
            _ = try Pattern(text)
            return text
        } catch {
            throw AdministrationError(
                .invalidValue, "\(what) \"\(text)\" is no subject: \(error)", remedy: remedy(for: error))
        }
    }

    /// Checks an entry of permissions: a subject, with a template's functions in it or not, and for subscriptions a
    /// queue group after a blank.
    static func checkPermission(_ entry: String, mayHaveQueue: Bool) throws(AdministrationError) {
        // What a template becomes is known only when it is filled in.
        guard !entry.contains("{{") else { return }
        let parts = entry.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, !mayHaveQueue {
            throw AdministrationError(
                .invalidValue, "the subject \"\(entry)\" has a blank, and only subscriptions have queue groups",
                remedy: "leave the blank out; several subjects stand between commas")
        }
        try check(parts[0], "the permission's subject")
        if parts.count == 2 { try check(parts[1], "the queue group") }
    }

    private static func remedy(for error: SubjectError) -> String {
        switch error {
        case .empty: "give one, such as orders.new or orders.>"
        case .emptyToken: "write tokens with single dots between them, such as orders.new"
        case .whitespace: "leave the blank out, or put a dot there; a queue group of a subscription follows one blank"
        case .tailNotLast: "use * for one token in the middle: orders.*.new"
        }
    }
}
