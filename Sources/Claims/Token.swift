/// A JWT that was read and whose signature was verified: its text, its version and its claims.
///
/// Verified means that the key named in `iss` signed it. Whether that key is to be trusted is the caller's question:
/// see ``OperatorClaims/didSign(_:)-(AnyClaims)`` and ``AccountClaims/didSign(_:)-(AnyClaims)``.
public struct Token: Sendable, Hashable {
    public let text: String
    public let version: TokenVersion
    public let claims: AnyClaims
}
