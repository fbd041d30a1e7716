public import Claims

/// What a policy makes of an account, before it has keys: names stand for accounts and roles.
public struct CompiledAccount: Sendable {
    public let name: String
    /// For people; it stands in no claims.
    public let description: String
    /// In the order of their names.
    public let roles: [CompiledRole]
    public let imports: [CompiledImport]
    public let users: [CompiledUser]
    public let leave: LeavePolicy
    /// Descriptions by what they are about, such as `role sensor` or `export stream a.>`.
    public let descriptions: [String: String]
    /// Everything that is the same whatever the keys are: limits, exports, mappings, what users may do without a role.
    let body: AccountClaims
    /// Where each part comes from, by the same names as ``descriptions``.
    let sources: [String: [PolicyPosition]]
    /// What takes the place of what is compiled.
    let extras: ClaimsExtras?
    /// What the file grants to other accounts.
    let grants: [PlacedGrant]
    /// The set's ceiling of lifetimes, nanoseconds; nil for none.
    let ceiling: Int64?
}

/// An import, before the exporter has a key.
public struct CompiledImport: Sendable, Hashable {
    /// The exporter's name.
    public let from: String
    /// As claims have it, without the exporter's key and without an activation.
    public let claim: Import
    public let position: PolicyPosition

    /// What tells it from others.
    public var identity: ImportIdentity { ImportIdentity(from: from, type: claim.type, subject: claim.subject) }
}

/// What is imported from whom.
public struct ImportIdentity: Sendable, Hashable {
    /// The exporter's name or key.
    public let from: String
    public let type: ExportType
    /// As the exporter calls it.
    public let subject: String

    public init(from: String, type: ExportType, subject: String) {
        (self.from, self.type, self.subject) = (from, type, subject)
    }
}

/// A user that a file declares.
public struct CompiledUser: Sendable, Hashable, Codable {
    public let name: String
    /// The name of a compiled role.
    public let role: String
    /// `name:value`, sorted.
    public let tags: [String]
    public let description: String
    /// How long its credentials are good for, seconds; nil for ever.
    public let lifetime: Int64?

    public init(name: String, role: String, tags: [String], description: String, lifetime: Int64? = nil) {
        (self.name, self.role, self.tags, self.description) = (name, role, tags, description)
        self.lifetime = lifetime
    }
}

/// The keys that claims are made with.
public struct AccountKeys: Sendable {
    /// The account's own.
    public var account: String
    /// By the name of a role.
    public var roles: [String: String]
    /// By the name of an account that something is imported from.
    public var accounts: [String: String]
    /// The activations of private exports.
    public var activations: [ImportIdentity: String]

    public init(
        account: String, roles: [String: String] = [:], accounts: [String: String] = [:],
        activations: [ImportIdentity: String] = [:]
    ) {
        (self.account, self.roles, self.accounts, self.activations) = (account, roles, accounts, activations)
    }
}

extension CompiledAccount {
    /// The claims, in their one form: equal sets and equal keys have equal claims, byte for byte.
    ///
    /// - Parameters:
    ///   - keys: what names stand for. A role without a key and an import whose exporter has none are left out.
    ///   - base: the claims that are in force. Its revocations stay, and what the policy leaves alone.
    public func claims(_ keys: AccountKeys, on base: AccountClaims? = nil) throws(ClaimsError) -> AccountClaims {
        var claims = body
        claims.subject = keys.account
        claims.name = name
        for item in imports {
            guard let key = keys.accounts[item.from] else { continue }
            var element = item.claim
            element.account = key
            element.token = keys.activations[item.identity] ?? ""
            claims.imports.append(element)
        }
        for role in roles {
            guard let key = keys.roles[role.name] else { continue }
            claims.setSigningKey(.scope(UserScope(key: key, role: role.name, template: role.template)))
        }
        if let extras { claims = try claims.merging(extras) }
        if let base { keep(base, in: &claims) }
        claims.sort()
        return claims
    }

    /// Takes over what no file governs.
    private func keep(_ base: AccountClaims, in claims: inout AccountClaims) {
        claims.revocations = base.revocations
        (claims.expires, claims.notBefore) = (base.expires, base.notBefore)
        for index in claims.exports.indices {
            claims.exports[index].revocations = base.revocations(for: claims.exports[index])
        }
        for export in base.exports where leave.covers(.exports, export.subject) && !claims.has(export) {
            claims.exports.append(export)
        }
        for item in base.imports where leave.covers(.imports, item.subject) && !claims.has(item) {
            claims.imports.append(item)
        }
        for (source, destinations) in base.mappings
        where leave.covers(.mappings, source) && claims.mappings[source] == nil {
            claims.mappings[source] = destinations
        }
        for entry in base.signingKeys where claims.signingKey(entry.key) == nil {
            let isLeft = entry.scope.map { leave.covers(.roles, $0.role) } ?? leave.covers(.keys, entry.key)
            if isLeft { claims.setSigningKey(entry) }
        }
        if leave.covers(.limits, "") { claims.limits = base.limits }
        if leave.covers(.callout, "") { claims.authorization = base.authorization }
    }
}

extension AccountClaims {
    fileprivate func has(_ export: Export) -> Bool {
        exports.contains { $0.subject == export.subject && $0.type == export.type }
    }

    fileprivate func has(_ item: Import) -> Bool {
        imports.contains { $0.subject == item.subject && $0.type == item.type && $0.account == item.account }
    }

    /// Puts lists into the order in which they are written, whatever the order of the files.
    mutating func sort() {
        func key(_ item: Import) -> (ExactText, String, String, ExactText) {
            (ExactText(item.subject), item.type.name, item.account, ExactText(item.localSubject))
        }
        imports.sort { key($0) < key($1) }
        exports.sort { (ExactText($0.subject), $0.type.name) < (ExactText($1.subject), $1.type.name) }
        for (source, destinations) in mappings {
            mappings[source] = destinations.sorted {
                (ExactText($0.subject), ExactText($0.cluster)) < (ExactText($1.subject), ExactText($1.cluster))
            }
        }
        tags.sort { ExactText($0) < ExactText($1) }
    }
}
