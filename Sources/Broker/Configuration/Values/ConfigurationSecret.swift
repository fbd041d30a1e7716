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
    public var isHashed: Bool {
        secret.withBytes { bytes in
            guard bytes.count > 7, bytes[0] == 0x24, bytes[1] == 0x32, bytes[3] == 0x24, bytes[6] == 0x24 else {
                return false
            }
            let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
            return "abxy".utf8.contains(bytes[2]) && digits.contains(bytes[4]) && digits.contains(bytes[5])
        }
    }

    /// A fixed text.
    public var description: String { "***" }

    /// By the length alone: a hash of the text would say something about it.
    public func hash(into hasher: inout Hasher) { hasher.combine(secret.count) }
}
