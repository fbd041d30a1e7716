public import Secrets

/// A password or a token of a configuration. Nothing that prints the configuration prints it.
public struct ConfigurationSecret: Sendable, Hashable, CustomStringConvertible {
    /// The text, in UTF-8.
    public let secret: Secret

    public init(_ text: String) {
        var bytes = Array(text.utf8)
        secret = Secret(erasing: &bytes)
    }

    /// Whether it is the bcrypt hash of a password rather than the password: `$2a$11$…`, with a, b, x or y.
    public var isHashed: Bool { StatedPassword(secret).isHashed }

    /// A fixed text.
    public var description: String { "***" }

    /// By the length alone: a hash of the text would say something about it.
    public func hash(into hasher: inout Hasher) { hasher.combine(secret.count) }
}
