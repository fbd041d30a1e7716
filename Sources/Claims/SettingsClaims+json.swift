import NKeys

extension SettingsClaims {
    /// Reads a settings token and verifies it: its signature, and that an operator key signed it. Whether that operator
    /// is to be trusted is the caller's question; see ``OperatorClaims/didSign(_:)-(AnyClaims)``.
    /// - Throws: ``ClaimsError``: what ``GenericClaims/decode(_:)`` throws, another type, another kind of signer, or a
    ///   member that settings do not have: what is not understood might be a limit, and must not be passed over.
    public static func decode(_ text: String) throws(ClaimsError) -> SettingsClaims {
        let claims = try GenericClaims.decode(text)
        try claims.any.checkIssuerKind()
        return try SettingsClaims(claims)
    }

    /// The settings that generic claims hold.
    /// - Throws: ``ClaimsError`` for claims of another type, and for a member that settings do not have or that has
    ///   another form.
    public init(_ claims: GenericClaims) throws(ClaimsError) {
        guard claims.isSettings else {
            throw ClaimsError(
                .claimType, "not \(Self.typeName) claim", at: "nats.type", remedy: "give a token of that type")
        }
        self.init(subject: claims.subject)
        common = claims.common
        tags = claims.tags
        formatVersion = claims.formatVersion
        for (name, value) in claims.data {
            switch name {
            case "type", "version", "tags": continue
            case "roles":
                for (key, role) in try Self.object(value, "roles") { roles[key] = try RoleSettings(role, of: key) }
            case "audit": audit = try Self.object(value, "audit")
            case "unlogged":
                guard let subjects = value.elements?.compactMap(\.text), subjects.count == value.elements?.count else {
                    throw Self.fault("expected an array of texts", "unlogged")
                }
                unlogged = subjects
            case "quotas": quotas = try Self.object(value, "quotas")
            default: throw Self.fault("settings have no such member", name)
            }
        }
    }

    /// The same settings as generic claims.
    public var generic: GenericClaims {
        var claims = GenericClaims(subject: subject, type: Self.typeName)
        claims.common = common
        claims.formatVersion = formatVersion
        claims.tags = tags
        var members = TextDictionary<JSONValue>()
        for (key, role) in roles { members[key] = .object(["replies": .string(role.replies.rawValue)]) }
        if !members.isEmpty { claims.data["roles"] = .object(members) }
        if !audit.isEmpty { claims.data["audit"] = .object(audit) }
        if !unlogged.isEmpty { claims.data["unlogged"] = .array(unlogged.map(JSONValue.string)) }
        if !quotas.isEmpty { claims.data["quotas"] = .object(quotas) }
        return claims
    }

    /// What is wrong with settings that came as generic claims.
    static func validate(_ claims: GenericClaims, _ issues: inout IssueList) {
        do {
            for key in try SettingsClaims(claims).roles.keys where !PublicKey.isValid(key, .account) {
                issues.error(
                    "\(quoted(key)) is not a valid account signing key", at: "nats", "roles", .name(key))
            }
        } catch {
            issues.add(error)
        }
    }

    private static func object(
        _ value: JSONValue, _ steps: ClaimPath.Step...
    ) throws(ClaimsError) -> TextDictionary<JSONValue> {
        guard let members = value.members else { throw fault("expected an object", steps) }
        return members
    }

    fileprivate static func fault(_ message: String, _ name: String) -> ClaimsError { fault(message, [.name(name)]) }

    fileprivate static func fault(_ message: String, _ steps: [ClaimPath.Step]) -> ClaimsError {
        var path = ClaimPath()
        path.append("nats")
        for step in steps { path.append(step) }
        return ClaimsError(.value, message, at: path.text, remedy: "issue the settings again, or upgrade this program")
    }
}

extension RoleSettings {
    fileprivate init(_ value: JSONValue, of key: String) throws(ClaimsError) {
        guard let members = value.members else {
            throw SettingsClaims.fault("expected an object", ["roles", .name(key)])
        }
        self.init()
        for (name, value) in members {
            guard name == "replies" else {
                throw SettingsClaims.fault("a role has no such member", ["roles", .name(key), .name(name)])
            }
            guard let word = value.text, let replies = Replies(rawValue: word) else {
                throw SettingsClaims.fault("expected \"own\" or \"any\"", ["roles", .name(key), "replies"])
            }
            self.replies = replies
        }
    }
}
