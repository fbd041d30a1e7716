/// Claims of a type that NATS does not know; their content is any JSON object.
///
/// ```swift
/// var claims = GenericClaims(subject: "order-7", type: "receipt")
/// claims.data["total"] = .number(12.5)
/// let jwt = try claims.encode(signedBy: accountPair, at: now)
/// ```
///
/// Chancery's own account settings are claims of this kind with a type of their own, ``SettingsClaims``.
public struct GenericClaims: ClaimSet {
    public var kind: ClaimKind { .generic }
    public var any: AnyClaims { .generic(self) }
    public var common: CommonClaims
    /// The whole `nats` object, `type`, `tags` and `version` included.
    public var data: TextDictionary<JSONValue>
    public internal(set) var formatVersion = 2

    /// Claims about anything that a text can name.
    /// - Parameters:
    ///   - type: `nats.type`, and none when empty.
    ///   - data: the other members of `nats`.
    public init(subject: String, type: String = "", data: TextDictionary<JSONValue> = [:]) {
        common = CommonClaims(subject: subject)
        self.data = data
        if !type.isEmpty { self.type = type }
    }

    /// `nats.type`, or "" when there is none or it is not a text.
    public var type: String {
        get { data["type"]?.text ?? "" }
        set { data["type"] = .string(newValue) }
    }

    /// Whether these are Chancery's settings of an account; see ``SettingsClaims``.
    public var isSettings: Bool { type == SettingsClaims.typeName }

    /// `nats.tags`; entries that are not texts are left out.
    public var tags: [String] {
        get { data["tags"]?.elements?.compactMap(\.text) ?? [] }
        set { data["tags"] = newValue.isEmpty ? nil : .array(newValue.map(JSONValue.string)) }
    }
}
