import Claims
import NKeys

/// Changes to a role: a signing key of an account, with the permissions of every user it signs.
public struct RoleEdits: Sendable, Hashable {
    /// The role's name; nil leaves it as it is.
    public var role: String?
    /// A description; nil leaves it as it is.
    public var description: String?
    /// Permissions and limits of the users.
    public var limits = UserLimitEdits()

    public init() {}
}

extension Change {
    /// Makes a role or changes one.
    ///
    /// - Parameters:
    ///   - keys: each `generate` for a new key, a public key, or the name of a role that is there. A plain signing key
    ///     of that name becomes a scoped one.
    ///   - edits: what the roles are to allow.
    public func editSigningKeys(
        _ keys: [String], at place: Place, _ edits: RoleEdits, signer: SignerChoice = .automatic
    ) throws {
        guard !keys.isEmpty else {
            throw AdministrationError(
                .invalidValue, "a signing key is required", remedy: "name one with --sk, or make one with --sk generate"
            )
        }
        try editAccount(reader.account(at: place), signer: signer) { claims, account in
            for text in keys {
                let known = claims.signingKeys.first { $0.key == text || $0.scope?.role.isExactly(text) == true }
                var scope = known?.scope ?? UserScope()
                if let role = edits.role.map(ListEdits.trimmed), !role.isExactly(scope.role) {
                    try EntityName.checkChosenRole(role)
                    scope.role = role
                }
                if let description = edits.description { scope.description = description }
                scope.key =
                    try known?.key
                    ?? signingKey(text, .account, purpose: .role, role: scope.role, owner: account.publicKey).text
                try checkUnique(scope, in: claims)
                try edits.limits.apply(to: &scope.template)
                claims.setSigningKey(.scope(scope))
                if let key = EntityReference(scope.key).publicKey {
                    try register(key, purpose: .role, role: scope.role, owner: account.publicKey)
                }
                if let known, known.scope == nil {
                    for name in try reader.users(of: account, signedBy: known.key) {
                        warn(
                            "the user \"\(name)\" has permissions of its own: sign it again with \"chancery edit user\""
                        )
                    }
                }
                note(known == nil ? .added : .changed, "signing key", scope.role, key: scope.key)
            }
        }
    }

    /// A role is found by its name, so two keys of one account cannot have the same.
    private func checkUnique(_ scope: UserScope, in claims: AccountClaims) throws(AdministrationError) {
        guard !scope.role.isEmpty else { return }
        let same = claims.signingKeys.compactMap(\.scope).first { $0.role.isExactly(scope.role) && $0.key != scope.key }
        guard let same else { return }
        throw AdministrationError(
            .alreadyExists, "the account \"\(claims.name)\" already has a role \"\(scope.role)\" (\(same.key))",
            remedy: "change that one with \"--sk \(scope.role)\", or choose another name")
    }
}
