/// Claims of a type that NATS does not know; their content is any JSON object.
///
/// Chancery's own account settings (type ``settingsType``) are claims of this kind:
///
/// ```swift
/// var settings = GenericClaims(subject: account.subject, type: GenericClaims.settingsType)
/// settings.data["quotas"] = .object(["messages": .number(1000)])
/// let jwt = try settings.encode(signedBy: operatorPair, at: now)
/// ```
public struct GenericClaims: ClaimSet {
    /// The type of the claims that hold what an account JWT has no field for.
    public static let settingsType = "chancery-settings"

    public var kind: ClaimKind { .generic }
    public var any: AnyClaims { .generic(self) }
    public var common: CommonClaims
    /// The whole `nats` object, `type`, `tags` and `version` included.
    public var data: TextDictionary<JSONValue>
    public internal(set) var formatVersion = 2

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

    /// `nats.tags`; entries that are not texts are left out.
    public var tags: [String] {
        get { data["tags"]?.elements?.compactMap(\.text) ?? [] }
        set { data["tags"] = newValue.isEmpty ? nil : .array(newValue.map(JSONValue.string)) }
    }
}
