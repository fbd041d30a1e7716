import Claims
import NKeys
public import Secrets

extension Change {
    /// The credentials file of a user: its token and its seed. That it was handed out is recorded.
    ///
    /// - Throws: an error of code `seedMissing` if the user's seed is not kept here.
    public func credentials(of reference: EntityReference?, at place: Place) throws -> Secret {
        let user = try reader.user(reference, of: reader.account(at: place))
        guard let pair = try keyring.keyPair(user.publicKey) else { throw user.seedMissing }
        exports.append(AuditedExport(credentialsOf: user))
        do throws(ClaimsError) {
            return try UserClaims.credentials(jwt: user.token, seed: pair.seed)
        } catch {
            throw AdministrationError(.invalidClaims, error.description)
        }
    }
}
