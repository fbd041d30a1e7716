/// The answer of an authentication callout: a user JWT, or a refusal.
///
/// ```swift
/// var answer = AuthorizationResponseClaims(subject: request.userKey)
/// answer.common.audience = request.server.id
/// answer.jwt = try user.encode(signedBy: accountPair, at: now)
/// let jwt = try answer.encode(signedBy: accountPair, at: now)
/// ```
public struct AuthorizationResponseClaims: ClaimSet, CustomStringConvertible, CustomReflectable {
    public var kind: ClaimKind { .authorizationResponse }
    public var any: AnyClaims { .authorizationResponse(self) }
    public var common: CommonClaims
    public var tags: [String] = []
    public internal(set) var formatVersion = 2
    /// The text of `nats.type` as it was read; only version 1 tokens can lack it.
    var typeText = ClaimKind.authorizationResponse.rawValue

    /// The user JWT, about the key that the request named.
    public var jwt = ""
    /// Why the connection is refused; for the server's log, never for the client.
    public var error = ""
    /// `issuer_account`: the account's public key, when one of its signing keys signs this answer.
    public var issuerAccount = ""

    /// An answer about the request's user key `subject`.
    public init(subject: String) {
        common = CommonClaims(subject: subject)
    }

    /// Says what the answer is, without the JWT, which may sign somebody in.
    public var description: String {
        "AuthorizationResponseClaims(\(subject): \(jwt.isEmpty ? "refused" : "a user JWT"))"
    }

    /// Empty: `dump` does not show the JWT.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
