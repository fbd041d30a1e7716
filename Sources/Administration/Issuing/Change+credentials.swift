import Claims
public import NKeys
import Policy
public import Secrets

extension Change {
    /// The credentials file of a user: its token and its seed. That it was handed out is recorded.
    ///
    /// - Parameter pair: the user's key pair, where its seed is not kept here.
    /// - Throws: an error of code `seedMissing` if the user's seed is not kept here, of code `refused` if `pair` is
    ///   somebody else's.
    public func credentials(
        of reference: EntityReference?, at place: Place, pair given: KeyPair? = nil
    ) throws -> Secret {
        try credentials(of: credentialsOwner(reference, at: place), pair: given)
    }

    /// The credentials file of a user as it is now.
    public func credentials(of user: UserEntry, pair given: KeyPair? = nil) throws -> Secret {
        guard given == nil || given?.publicKey == user.publicKey else {
            throw AdministrationError(
                .refused, "the seed is not that of the user \"\(user.name)\"",
                remedy: "give the seed of \(user.publicKey)")
        }
        guard let pair = try given ?? keyring.keyPair(user.publicKey) else { throw user.seedMissing }
        exports.append(AuditedExport(credentialsOf: user))
        do throws(ClaimsError) {
            return try UserClaims.credentials(jwt: user.token, seed: pair.seed)
        } catch {
            throw AdministrationError(
                .invalidClaims, error.description, remedy: "sign the user again with \"chancery edit user\"")
        }
    }

    /// The credentials file of a user who was signed just now, with a pair that is not kept here: put together when the change is
    /// durable, and not while others wait for it. That it is handed out is recorded.
    public func credentialsToCome(
        of user: UserEntry, pair: KeyPair
    ) throws(AdministrationError) -> @Sendable () throws -> Secret {
        guard pair.publicKey == user.publicKey else {
            throw AdministrationError(
                .refused, "the seed is not that of the user \"\(user.name)\"",
                remedy: "give the seed of \(user.publicKey)")
        }
        exports.append(AuditedExport(credentialsOf: user))
        return { try UserClaims.credentials(jwt: user.token, verified: user.claims(), pair: pair) }
    }

    /// The user who is meant. One that a policy declares gets its key now, when somebody asks for its credentials.
    private func credentialsOwner(_ reference: EntityReference?, at place: Place) throws -> UserEntry {
        let account = try reader.account(at: place)
        guard let reference, try reader.findUser(reference, of: account) == nil,
            let declared = try reader.declaredUsers(of: account.publicKey).first(where: {
                $0.name.isExactly(reference.text)
            })
        else { return try reader.user(reference, of: account) }
        var new = NewUser(name: declared.name)
        new.tags = declared.tags
        if let lifetime = declared.lifetime {
            let (end, overflow) = now.addingReportingOverflow(lifetime)
            new.validity.expires = overflow ? nil : end
        }
        // Roles are called in the file as they are in the claims.
        let role = try account.claims().signingKeys.compactMap(\.scope).first { $0.role.isExactly(declared.role) }
        return try addUser(new, in: account, signer: .named(role?.key ?? declared.role))
    }
}
