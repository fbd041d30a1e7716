import Claims
import NKeys

extension Change {
    /// The key that signs an account: one of its operator's, or, where none of these is here, the account's own. What
    /// the account signs itself is a request: servers take it once its operator has signed it.
    func signer(
        of claims: AccountClaims, in entry: OperatorEntry, _ choice: SignerChoice
    ) throws -> KeyPair {
        if entry.isManaged, choice.isAutomatic { return try ownKey(of: claims, in: entry) }
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
                    + "that \"chancery describe account \(commandWord(claims.name)) --raw --output-file FILE\" writes to where that "
                    + "key is, and run \"chancery sign FILE\" there")
            return own
        }
    }

    /// The key with which an account of an operator that is run elsewhere signs itself.
    private func ownKey(of claims: AccountClaims, in entry: OperatorEntry) throws -> KeyPair {
        guard let key = EntityReference(claims.subject).publicKey, let own = try keyring.keyPair(key) else {
            throw AdministrationError(
                .seedMissing,
                "the operator \"\(entry.name)\" is run elsewhere, and the seed of the account \"\(claims.name)\", which would "
                    + "sign itself, is not in the keyring",
                remedy: "bring the seed of \(claims.subject) with \"chancery import keys\"")
        }
        let name = commandWord(claims.name)
        if AccountServer.isAddress(try entry.claims().accountServerURL) {
            warn(
                "the account \"\(claims.name)\" has signed itself: \"chancery push --account \(name)\" has its operator "
                    + "sign it")
        } else {
            warn(
                "the account \"\(claims.name)\" has signed itself: its operator must sign what \"chancery describe account "
                    + "\(name) --raw --output-file FILE\" writes, and \"chancery import account --overwrite --file FILE\" "
                    + "takes that back")
        }
        return own
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
