import Administration
public import Claims
import NKeys

// Operators, accounts, roles and users as the API shows them.

extension OperatorEntry {
    func json() throws -> JSONValue {
        let claims = try claims()
        return .members([
            "name": .string(name), "public_key": .string(publicKey.text), "version": .string(version),
            "issued_at": .integer(claims.issuedAt), "expires": .integer(claims.expires),
            "not_before": .integer(claims.notBefore), "tags": .texts(claims.tags),
            "system_account": .string(claims.systemAccount), "signing_keys": .texts(claims.signingKeys),
            "account_server_url": .string(claims.accountServerURL), "service_urls": .texts(claims.serviceURLs),
            "require_signing_keys": .bool(claims.strictSigningKeyUsage),
        ])
    }

    var version: String { TokenVersion(of: token).hex }
}

extension AccountEntry {
    func json() throws -> JSONValue {
        let claims = try claims()
        return JSONValue.members([
            "name": .string(name), "public_key": .string(publicKey.text), "operator": .string(`operator`.text),
            "version": .string(version), "issuer": .string(claims.issuer), "issued_at": .integer(claims.issuedAt),
            "limits": claims.limits.json,
            "signing_keys": .texts(claims.signingKeys.filter { $0.scope == nil }.map(\.key)),
            "roles": .texts(claims.signingKeys.compactMap(\.scope?.role)),
            "exports": .integer(claims.exports.count), "imports": .integer(claims.imports.count),
        ]).adding(AccountSettingsBody(claims).json)
    }

    /// The account in a list, which never fails as a whole because of one of them.
    var listedJSON: JSONValue {
        (try? json())
            ?? .members([
                "name": .string(name), "public_key": .string(publicKey.text), "operator": .string(`operator`.text),
                "version": .string(version), "fault": .string("its token cannot be read"),
            ])
    }

    var version: String { TokenVersion(of: token).hex }
}

/// What may be changed of an account from inside.
struct AccountSettingsBody {
    private let claims: AccountClaims

    init(_ claims: AccountClaims) {
        self.claims = claims
    }

    var json: JSONValue {
        .members([
            "description": .string(claims.description), "info_url": .string(claims.infoURL),
            "tags": .texts(claims.tags), "default_permissions": claims.defaultPermissions.json,
        ])
    }

    /// What is left out goes back to what it is by default.
    static func apply(_ json: JSONValue, to claims: inout AccountClaims) {
        claims.description = json["description"]?.text ?? ""
        claims.infoURL = json["info_url"]?.text ?? ""
        claims.tags = (json["tags"]?.textElements ?? []).map { $0.lowercased() }
        claims.defaultPermissions = json["default_permissions"].map { Permissions($0) } ?? Permissions()
    }
}

extension UserScope {
    var json: JSONValue {
        .members([
            "name": .string(role), "public_key": .string(key), "description": .string(description),
            "template": template.json,
        ])
    }
}

extension UserEntry {
    /// The user, never its token: of a bearer that would be a secret.
    func json(in account: AccountClaims) throws -> JSONValue {
        let claims = try claims()
        let key = account.signingKey(claims.issuer)
        let scope = key?.scope
        let isOrphan = key == nil && claims.issuer != self.account.text
        return .members([
            "name": .string(name), "public_key": .string(publicKey.text), "account": .string(self.account.text),
            "version": .string(version), "issuer": .string(claims.issuer), "issued_at": .integer(claims.issuedAt),
            "expires": .integer(claims.expires), "not_before": .integer(claims.notBefore), "tags": .texts(claims.tags),
            "role": scope.map { .string($0.role) }, "limits": scope == nil && !isOrphan ? claims.limits.json : nil,
            "fault": isOrphan ? .string("the key that signed it, or its role, is gone") : nil,
            "revoked": .bool(account.revocations.isRevoked(publicKey.text, issuedAt: claims.issuedAt)),
        ])
    }

    var version: String { TokenVersion(of: token).hex }

    /// The role that signed the user; nil for one with permissions of its own.
    func role(in account: AccountClaims) throws -> String? {
        try account.signingKey(claims().issuer)?.scope?.role
    }
}

extension UserClaims {
    /// What the API shows of a user.
    public init(shown user: JSONValue) {
        self.init(subject: user["public_key"]?.text ?? "", name: user["name"]?.text ?? "")
        issuer = user["issuer"]?.text ?? ""
        issuedAt = user["issued_at"]?.integer ?? 0
        expires = user["expires"]?.integer ?? 0
        notBefore = user["not_before"]?.integer ?? 0
        tags = user["tags"]?.textElements ?? []
        if let limits = user["limits"] { self.limits = UserPermissionLimits(limits) }
    }
}

extension AccessToken {
    var json: JSONValue {
        .members([
            "id": .string(id), "name": .string(name), "kind": .string(kind.rawValue),
            "public_key": publicKey.map { .string($0.text) }, "fingerprint": fingerprint.map { .string($0) },
            "grants": .array(grants.map(\.json)), "created_at": .integer(createdAt), "created_by": .string(createdBy),
            "expires": expires.map { .integer($0) }, "revoked_at": revokedAt.map { .integer($0) },
        ])
    }
}
