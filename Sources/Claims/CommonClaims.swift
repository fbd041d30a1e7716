/// The claims that every NATS JWT has beside its `nats` object, in the order in which they are written. An empty text or 0 means absent.
public struct CommonClaims: Sendable, Hashable {
    /// `aud`
    public var audience = ""
    /// `exp`: seconds since 1970, the last second in which the token is valid; 0 for never.
    public var expires: Int64 = 0
    /// `jti`: a hash of these common claims, written when the token is encoded and never checked.
    public var id = ""
    /// `iat`: seconds since 1970, set when the token is encoded.
    public var issuedAt: Int64 = 0
    /// `iss`: the public key that signed, set when the token is encoded.
    public var issuer = ""
    /// `name`
    public var name = ""
    /// `nbf`: seconds since 1970, the first second in which the token is valid; 0 for always.
    public var notBefore: Int64 = 0
    /// `sub`: the public key that the token is about.
    public var subject = ""

    /// Claims about `subject`; the rest is set by encoding.
    public init(name: String = "", subject: String = "", expires: Int64 = 0, notBefore: Int64 = 0) {
        self.name = name
        self.subject = subject
        self.expires = expires
        self.notBefore = notBefore
    }
}
