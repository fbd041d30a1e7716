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

extension Change {
    /// Keeps servers reachable where an operator has come to require signing keys: the system account has one, without which
    /// nobody could sign in to it, and accounts that the operator's identity key signed are signed again.
    ///
    /// - Returns: the accounts that were signed.
    /// - Throws: ``AdministrationError`` with `seedMissing` where no key that may sign is here.
    public func keepTrust(in reference: EntityReference) throws -> [PublicKey] {
        let entry = try reader.operator(reference)
        let claims = try entry.claims()
        guard claims.strictSigningKeyUsage else { return [] }
        var signed: [PublicKey] = []
        let system = try reader.systemAccount(of: entry)
        let keys = try system.claims().signingKeys.filter { $0.scope == nil }
        let hasKey = try keys.contains { key in
            try EntityReference(key.key).publicKey.map { try keyring.keyPair($0) != nil } ?? false
        }
        if !hasKey {
            let place = Place(operator: reference, account: EntityReference(system.publicKey))
            try editAccount(at: place, AccountEdits(), signingKeys: ListEdits(add: ["generate"]))
            signed.append(system.publicKey)
        }
        for account in try reader.accounts(of: entry) where try account.claims().issuer == claims.subject {
            try editAccount(account, signer: .automatic) { _, _ in }
            signed.append(account.publicKey)
        }
        return signed
    }
}
