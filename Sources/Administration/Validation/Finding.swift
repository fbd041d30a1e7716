public import Claims

/// Something that is wrong with a token of the directory, or worth knowing about it.
public struct Finding: Sendable, Hashable {
    /// What it is about: `operator`, `account` or `user`.
    public let kind: String
    /// The name of what it is about.
    public let name: String
    /// The public key it is about.
    public let publicKey: String
    /// How bad it is: a time issue means that the token does not count now.
    public let level: ValidationIssue.Level
    /// The claim that is wrong, such as `nats.exports[2].subject`; empty for the token as a whole.
    public let path: String
    /// What is wrong.
    public let text: String

    /// Whether servers would refuse the token.
    public var isBlocking: Bool { level != .warning }
}
