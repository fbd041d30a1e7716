import Claims
public import NKeys

extension Change {
    /// Signs accounts again whose signer the operator's token trusts no more, such as the identity key once signing keys
    /// are required: otherwise servers would shut them, the system account included.
    ///
    /// - Returns: the accounts.
    /// - Throws: ``AdministrationError`` with `seedMissing` where no key that is trusted is here.
    public func resignAccounts(of reference: EntityReference) throws -> [PublicKey] {
        let entry = try reader.operator(reference)
        let claims = try entry.claims()
        let trusted = (claims.strictSigningKeyUsage ? [] : [claims.subject]) + claims.signingKeys
        return try reader.accounts(of: entry).compactMap { account in
            guard try !trusted.contains(account.claims().issuer) else { return nil }
            try editAccount(account, signer: .automatic) { _, _ in }
            return account.publicKey
        }
    }
}
