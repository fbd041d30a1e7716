/// What the claims of every type have in common.
public protocol ClaimSet: Sendable, Hashable {
    /// The type, as `nats.type` says it.
    var kind: ClaimKind { get }
    /// The claims beside `nats`, such as subject, issuer and times.
    var common: CommonClaims { get set }
    /// `nats.tags`: lower-case words or `key:value` pairs by convention.
    var tags: [String] { get set }
    /// `nats.version` of the token these claims were read from: 2, or 1 for the older format. Writing always gives 2.
    var formatVersion: Int { get }
    /// The same claims among those of any type.
    var any: AnyClaims { get }
}

extension ClaimSet {
    /// The name of what the claims are about, for people.
    public var name: String {
        get { common.name }
        set { common.name = newValue }
    }

    /// The public key that the claims are about, as text.
    public var subject: String {
        get { common.subject }
        set { common.subject = newValue }
    }

    /// The public key that signed, as text; set by encoding.
    public var issuer: String {
        get { common.issuer }
        set { common.issuer = newValue }
    }

    /// Seconds since 1970; set by encoding.
    public var issuedAt: Int64 {
        get { common.issuedAt }
        set { common.issuedAt = newValue }
    }

    /// Seconds since 1970; 0 for never.
    public var expires: Int64 {
        get { common.expires }
        set { common.expires = newValue }
    }

    /// Seconds since 1970; 0 for always valid so far.
    public var notBefore: Int64 {
        get { common.notBefore }
        set { common.notBefore = newValue }
    }
}
