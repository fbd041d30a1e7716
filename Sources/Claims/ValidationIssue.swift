/// Something that is wrong with claims, or worth knowing about them.
public struct ValidationIssue: Sendable, Hashable, CustomStringConvertible {
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
struct IssueList {
    private(set) var issues: [ValidationIssue] = []

    mutating func error(_ description: String) { issues.append(ValidationIssue(.error, description)) }
    mutating func warning(_ description: String) { issues.append(ValidationIssue(.warning, description)) }
    mutating func time(_ description: String) { issues.append(ValidationIssue(.time, description)) }
}
