/// Something that is wrong with claims, or worth knowing about them.
public struct ValidationIssue: Sendable, Hashable, CustomStringConvertible {
    /// How much an issue matters.
    public enum Level: String, Sendable, Hashable {
        /// The claims must not be used.
        case error
        case warning
        /// The claims are not valid now; blocking only where the caller checks times.
        case time
    }

    public let level: Level
    /// The reference's text.
    public let description: String

    public init(_ level: Level, _ description: String) {
        self.level = level
        self.description = description
    }
}

extension Sequence<ValidationIssue> {
    /// Whether claims with these issues must be refused.
    /// - Parameter includingTimeChecks: also for claims that expired or are not yet valid.
    public func isBlocking(includingTimeChecks: Bool) -> Bool {
        contains { $0.level == .error || (includingTimeChecks && $0.level == .time) }
    }
}

/// The issues found so far.
///
/// Thousands of subjects that overlap each other give an issue for every two of them, and each shows both: the list is
/// bounded, so that no token takes more memory than a few times its size.
struct IssueList {
    /// The most bytes of all texts together.
    static let maximumSize = 4 << 20

    private var listed: [ValidationIssue] = []
    private var size = 0
    /// The level of the worst issue that found no room.
    private var worstUnlisted: ValidationIssue.Level?

    /// The issues in order, the last of which says when there are more.
    var issues: [ValidationIssue] {
        listed + (worstUnlisted.map { [ValidationIssue($0, "there are more issues than can be shown")] } ?? [])
    }

    mutating func error(_ description: @autoclosure () -> String) { add(.error, description) }
    mutating func warning(_ description: @autoclosure () -> String) { add(.warning, description) }
    mutating func time(_ description: @autoclosure () -> String) { add(.time, description) }

    /// Without room a text is not even made.
    private mutating func add(_ level: ValidationIssue.Level, _ description: () -> String) {
        guard size < Self.maximumSize else {
            if worstUnlisted == nil || level == .error { worstUnlisted = level }
            return
        }
        let issue = ValidationIssue(level, description())
        // The text and what the list takes itself.
        size += issue.description.utf8.count + 64
        listed.append(issue)
    }
}
