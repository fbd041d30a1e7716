/// The claims of an operator: the root of trust of a NATS system.
///
/// ```swift
/// var claims = OperatorClaims(subject: pair.publicKey.text, name: "ACME")
/// claims.serviceURLs = ["tls://nats.example.com:4222"]
/// let jwt = try claims.encode(signedBy: pair, at: now)
/// ```
public struct OperatorClaims: ClaimSet {
    public var kind: ClaimKind { .operator }
    public var any: AnyClaims { .operator(self) }
    public var common: CommonClaims
    public var tags: [String] = []
    public internal(set) var formatVersion = 2
    /// The text of `nats.type` as it was read; only version 1 tokens can lack it.
    var typeText = ClaimKind.operator.rawValue

    /// `signing_keys`: operator public keys that may sign account JWTs in the operator's place.
    public var signingKeys: [String] = []
    /// `account_server_url`: where servers and tools find account JWTs.
    public var accountServerURL = ""
    /// `operator_service_urls`: where clients connect; schemes nats, tls, ws and wss.
    public var serviceURLs: [String] = []
    /// `system_account`: the public key of the system account.
    public var systemAccount = ""
    /// `assert_server_version`: the oldest server version that may load this operator, as `major.minor.update`.
    public var assertServerVersion = ""
    /// `strict_signing_key_usage`: the identity key signs only the operator JWT itself.
    public var strictSigningKeyUsage = false

    /// Claims about the operator key `subject`.
    public init(subject: String, name: String = "") {
        common = CommonClaims(name: name, subject: subject)
        common.issuer = subject
    }
}
