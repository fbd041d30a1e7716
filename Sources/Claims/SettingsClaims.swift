/// What an account JWT has no field for: Chancery's settings of an account, a generic token of the type
/// `chancery-settings` that an operator key signs. Servers other than Chancery's broker do not know it.
///
/// ```swift
/// var settings = SettingsClaims(subject: account.subject)
/// settings.roles[signer.publicKey.text] = RoleSettings(replies: .own)
/// let jwt = try settings.encode(signedBy: operatorPair, at: now)
/// let read = try SettingsClaims.decode(jwt)
/// ```
public struct SettingsClaims: ClaimSet {
    /// `nats.type`
    public static let typeName = "chancery-settings"

    public var kind: ClaimKind { .generic }
    public var any: AnyClaims { .generic(generic) }
    public var common: CommonClaims
    public var tags: [String] = []
    public internal(set) var formatVersion = 2

    /// `roles`, by the public key of the account's scoped signing key that stands for the role.
    public var roles: TextDictionary<RoleSettings> = [:]
    /// `audit`: what is recorded of the account's decisions. Its members are for the audit to read.
    public var audit: TextDictionary<JSONValue> = [:]
    /// `unlogged`: subjects whose decisions leave no record.
    public var unlogged: [String] = []
    /// `quotas`: how much the account may use. Its members are for the broker to read.
    public var quotas: TextDictionary<JSONValue> = [:]

    /// Settings of the account key `subject` that say nothing yet.
    public init(subject: String) {
        common = CommonClaims(subject: subject)
    }
}

/// The settings of a role.
public struct RoleSettings: Sendable, Hashable {
    /// Which reply subjects a request may name.
    public enum Replies: String, Sendable, Hashable {
        /// Only those that its sender may itself subscribe to, so that nobody aims an answer at others.
        case own
        /// Any, as on other servers.
        case any
    }

    /// `replies`; absent means ``Replies/any``.
    public var replies: Replies

    /// What is as on other servers, unless it is said.
    public init(replies: Replies = .any) { self.replies = replies }
}
