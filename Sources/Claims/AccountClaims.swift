/// The claims of an account: what it may use, what it shares, and who may sign its users.
///
/// ```swift
/// var account = AccountClaims(subject: pair.publicKey.text, name: "SALES")
/// account.limits.connections = 100
/// account.exports.append(Export(subject: "prices.>", type: .stream))
/// account.setSigningKey(.key(signer.publicKey.text))
/// let jwt = try account.encode(signedBy: operatorPair, at: now)
/// ```
public struct AccountClaims: ClaimSet {
    public var kind: ClaimKind { .account }
    public var any: AnyClaims { .account(self) }
    public var common: CommonClaims
    public var tags: [String] = []
    public internal(set) var formatVersion = 2
    /// The text of `nats.type` as it was read; only version 1 tokens can lack it.
    var typeText = ClaimKind.account.rawValue

    /// Written in the order of their subjects.
    public var imports: [Import] = []
    /// Written in the order of their subjects.
    public var exports: [Export] = []
    /// `limits`
    public var limits = AccountLimits.unlimited
    /// Written in the order of their keys, one entry a key.
    public var signingKeys: [SigningKey] = []
    /// `revocations`: users whose tokens count no more.
    public var revocations = RevocationList()
    /// `default_permissions`: for users that have none of their own.
    public var defaultPermissions = Permissions()
    /// `mappings`: subject to weighted destinations.
    public var mappings: TextDictionary<[WeightedMapping]> = [:]
    /// The subjects whose list was `null`, which is written again as long as the list is empty.
    var nullMappings: Set<ExactText> = []
    /// The signing keys of the older format as they came, until they are taken over.
    var version1SigningKeys: [String] = []
    /// `authorization`: who answers authentication callouts.
    public var authorization = ExternalAuthorization()
    /// `trace`: where message traces go; nil for nowhere.
    public var trace: MessageTrace?
    /// `cluster_traffic`: "", "system" or "owner".
    public var clusterTraffic = ""
    /// `description`: for people; at most 8192 bytes.
    public var description = ""
    /// `info_url`: where to read more, with a scheme and a host; at most 8192 bytes.
    public var infoURL = ""

    /// Claims about the account key `subject`: every NATS limit unlimited, JetStream disabled.
    public init(subject: String, name: String = "") {
        common = CommonClaims(name: name, subject: subject)
    }
}
