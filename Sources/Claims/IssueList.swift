/// The issues found so far, and where the search is.
///
/// Thousands of subjects that overlap each other give an issue for every two of them, and each shows both: the list is
/// bounded, so that no token takes more memory than a few times its size.
struct IssueList {
    /// The most bytes of all issues together.
    static let maximumSize = 4 << 20
    /// What each issue counts besides its texts.
    static let overhead = 64

    private var listed: [ValidationIssue] = []
    private var size = 0
    /// The level of the worst issue that found no room.
    private var worstUnlisted: ValidationIssue.Level?
    /// The claim that is looked at.
    private var path = ClaimPath()

    /// The issues in order, the last of which says when there are more.
    var issues: [ValidationIssue] {
        listed + (worstUnlisted.map { [ValidationIssue($0, "there are more issues than can be shown")] } ?? [])
    }

    /// Whether nothing that is still found can change the list.
    var isClosed: Bool { worstUnlisted == .error }

    /// Looks at a part of the claim that is looked at.
    mutating func at(_ steps: ClaimPath.Step..., check: (inout IssueList) -> Void) {
        for step in steps { path.append(step) }
        check(&self)
        path.removeLast(steps.count)
    }

    mutating func error(_ description: @autoclosure () -> String, at steps: ClaimPath.Step...) {
        error(description(), at: steps)
    }

    mutating func error(_ description: @autoclosure () -> String, at steps: [ClaimPath.Step]) {
        let path = path
        add(.error) { ValidationIssue(.error, description(), at: path.text(steps)) }
    }

    mutating func warning(_ description: @autoclosure () -> String, at steps: ClaimPath.Step...) {
        let path = path
        add(.warning) { ValidationIssue(.warning, description(), at: path.text(steps)) }
    }

    mutating func time(_ description: @autoclosure () -> String, at steps: ClaimPath.Step...) {
        let path = path
        add(.time) { ValidationIssue(.time, description(), at: path.text(steps)) }
    }

    /// An error whose claim is known already.
    mutating func add(_ error: ClaimsError) {
        add(ValidationIssue.Level.error) { ValidationIssue(.error, error.message, at: error.path) }
    }

    /// Without room a text is not even made.
    private mutating func add(_ level: ValidationIssue.Level, _ make: () -> ValidationIssue) {
        guard size < Self.maximumSize else {
            if worstUnlisted == nil || level == .error { worstUnlisted = level }
            return
        }
        let issue = make()
        size += issue.description.utf8.count + issue.path.utf8.count + Self.overhead
        listed.append(issue)
    }
}
