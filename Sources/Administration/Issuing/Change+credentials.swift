import Claims
public import NKeys
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
        let user = try reader.user(reference, of: reader.account(at: place))
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
}
