public import NKeys
public import Secrets

extension UserClaims {
    /// The text of a credentials file for a user's JWT and seed, after checking that they belong together. In guarded
    /// memory, since it holds the seed.
    /// - Throws: ``ClaimsError``: what is wrong with the JWT, `"…" cannot be serialized as a user config`,
    ///   `nkey seed is not an user seed`, `nkey seed does not match the jwt subject`, or what is wrong with the seed.
    public static func credentials(jwt: String, seed: Secret) throws(ClaimsError) -> Secret {
        let claims = try GenericClaims.decode(jwt)
        guard claims.claimKind == .user else {
            throw ClaimsError(
                .credentials, "\(quoted(claims.claimKind?.rawValue ?? "")) cannot be serialized as a user config",
                at: "nats.type", remedy: "give a user's JWT")
        }
        guard isUserSeed(seed) else { throw ClaimsError(.credentials, "nkey seed is not an user seed") }
        do {
            guard try KeyPair(seed: seed).publicKey.text == claims.subject else {
                throw ClaimsError(
                    .credentials, "nkey seed does not match the jwt subject", at: "sub",
                    remedy: "give the seed of this very user")
            }
            return try Credentials.format(jwt: jwt, seed: seed)
        } catch let error as NKeyError {
            throw ClaimsError(.credentials, error.message, remedy: error.remedy)
        } catch let error as ClaimsError {
            throw error
        } catch {
            throw ClaimsError(.credentials, "\(error)")
        }
    }

    /// The text of a credentials file for a user's JWT that was verified already.
    /// - Parameter claims: those of the JWT.
    /// - Throws: ``ClaimsError`` if the pair is not that of its subject.
    package static func credentials(
        jwt: String, verified claims: UserClaims, pair: KeyPair
    ) throws(ClaimsError) -> Secret {
        guard pair.publicKey.kind == .user, pair.publicKey.text == claims.subject else {
            throw ClaimsError(
                .credentials, "nkey seed does not match the jwt subject", at: "sub",
                remedy: "give the seed of this very user")
        }
        do throws(NKeyError) {
            return try Credentials.format(jwt: jwt, seed: pair.seed)
        } catch {
            throw ClaimsError(.credentials, error.message, remedy: error.remedy)
        }
    }

    /// Whether a seed begins like a user's, blanks before it aside.
    private static func isUserSeed(_ seed: Secret) -> Bool {
        seed.withBytes { $0.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }.starts(with: "SU".utf8) }
    }

    /// A user signed by a scoped signing key: no permissions or limits of its own.
    /// - Parameters:
    ///   - subject: the user's public key.
    ///   - account: the account's public key, for `issuer_account`.
    ///   - name: the user's name; the public key when empty.
    ///   - expires: seconds since 1970, or 0 for never.
    public static func scoped(
        subject: PublicKey, account: PublicKey, name: String = "", expires: Int64 = 0, tags: [String] = []
    ) throws(ClaimsError) -> UserClaims {
        guard account.kind == .account else {
            throw ClaimsError(
                .subject,
                "issueUserJWT requires an account key for the accountId parameter, but got \(account.kind.name)",
                at: "nats.issuer_account")
        }
        guard subject.kind == .user else {
            throw ClaimsError(
                .subject,
                "issueUserJWT requires an account key for the publicUserKey parameter, but got \(subject.kind.name)",
                at: "sub")
        }
        var claims = UserClaims(subject: subject.text, name: name.isEmpty ? subject.text : name, limits: .scoped)
        claims.issuerAccount = account.text
        claims.expires = expires
        TagList.add(tags, to: &claims.tags)
        return claims
    }
}

extension Token {
    /// The decorated form of the token's text, as tools write it to files.
    public var decoratedText: String {
        Credentials.decoratedText(jwt: text, typeName: claims.kind.rawValue)
    }
}
