import NKeys

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

    /// How much it matters.
    public let level: Level
    /// The reference's text. A seed or a token that stood where a key or a name belongs is not repeated.
    public let description: String
    /// The claim that it is about, such as `nats.exports[2].subject`; empty for the claims as a whole.
    public let path: String

    /// An issue; secrets are taken out of the text.
    public init(_ level: Level, _ description: String, at path: String = "") {
        self.level = level
        self.description = SecretText.hidden(in: description)
        self.path = path
    }

    /// The claim, and what is wrong with it.
    public var locatedDescription: String { path.isEmpty ? description : "\(path): \(description)" }
}

extension Sequence<ValidationIssue> {
    /// Whether claims with these issues must be refused.
    /// - Parameter includingTimeChecks: also for claims that expired or are not yet valid.
    public func isBlocking(includingTimeChecks: Bool) -> Bool {
        contains { $0.level == .error || (includingTimeChecks && $0.level == .time) }
    }
}
