public import NKeys

/// How a person names an operator, an account or a user: by its name or by its public key.
public struct EntityReference: Sendable, Hashable, CustomStringConvertible {
    /// What was written.
    public let text: String
    /// The public key, if that is what was written.
    public let publicKey: PublicKey?

    /// The reference that `text` stands for.
    public init(_ text: String) {
        self.text = text
        publicKey = text.utf8.count == 56 ? try? PublicKey(text) : nil
    }

    /// The reference to a key.
    public init(_ key: PublicKey) {
        text = key.text
        publicKey = key
    }

    public var description: String { text }
}
