import Claims
import NKeys

extension Change {
    /// The key that signs an account: one of its operator's, or, where none of these is here, the account's own. What
    /// the account signs itself is a request: servers take it once its operator has signed it.
    func signer(
        of claims: AccountClaims, in entry: OperatorEntry, _ choice: SignerChoice
    ) throws -> KeyPair {
        do {
            return try signer(of: entry, choice)
        } catch let error as AdministrationError where error.code == .seedMissing && choice.isAutomatic {
            let keys = try [entry.publicKey.text] + entry.claims().signingKeys
            let isElsewhere = try !keys.contains { key in
                try EntityReference(key).publicKey.map { try keyring.holds($0) } ?? false
            }
            guard isElsewhere, let key = EntityReference(claims.subject).publicKey, let own = try keyring.keyPair(key)
            else { throw error }
            warn(
                "the account \"\(claims.name)\" has signed itself, since no key of its operator is here: take the file "
                    + "that \"chancery describe account \(claims.name) --raw --output-file FILE\" writes to where that "
                    + "key is, and run \"chancery sign FILE\" there")
            return own
        }
    }

    /// Signs a request: an account's token that the account has signed itself, or that this operator has signed before.
    ///
    /// - Returns: the token, which is dated after the request.
    public func sign(
        _ request: String, of reference: EntityReference? = nil, signer choice: SignerChoice = .automatic
    ) throws -> String {
        let entry = try reader.operator(reference)
        let token = try Self.decoded(request)
        guard case .account(let claims) = token.claims else { throw Self.wrongKind(token, "an account") }
        guard try claims.issuer == claims.subject || entry.claims().didSign(claims) else {
            throw AdministrationError(
                .refused, "the account \"\(claims.name)\" was signed by \(claims.issuer): that is no request",
                remedy: "ask for one that the account has signed itself")
        }
        let signed = try issue(
            claims, scope: entry.publicKey, signer: signer(of: entry, choice), revokedThrough: claims.issuedAt)
        if let account = try reader.accountEntry(try Self.subject(of: token)), account.operator == entry.publicKey {
            try put(claims, account.publicKey, of: entry, signed)
        } else {
            note(.added, "signed account", claims.name, key: claims.subject, token: signed)
        }
        return signed.text
    }
}
