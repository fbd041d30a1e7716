/// A JWT that was read and whose signature was verified: its text, its version and its claims.
///
/// Verified means that the key named in `iss` signed it. Whether that key is to be trusted is the caller's question:
/// see ``OperatorClaims/didSign(_:)-(AnyClaims)`` and ``AccountClaims/didSign(_:)-(AnyClaims)``.
///
/// ```swift
/// let token = try Token.decode(text)
/// guard case .user(let user) = token.claims, account.didSign(user), !account.isRevoked(user) else { … }
/// ```
public struct Token: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The three chunks, as they were read: one line of ASCII.
    public let text: String
    /// The SHA-256 of the text. Of a token in the current format nobody but its signer can make another text, and so
    /// another version. The older format (version 1) does not sign the header.
    public let version: TokenVersion
    /// What the token says.
    public let claims: AnyClaims

    /// Names the token without its text, which may sign somebody in.
    public var description: String { "Token(\(claims.kind.rawValue) \(claims.subject), version \(version))" }

    /// Empty: `dump` does not show the text.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
