import Claims
import NKeys

/// The key that signs an account's users or activations, with its scope if it has one.
struct AccountSigner {
    let pair: KeyPair
    let scope: UserScope?
}

extension Change {
    /// The key that signs an operator's own token: always its identity.
    func identitySigner(of operator: OperatorEntry, _ choice: SignerChoice) throws -> KeyPair {
        switch choice {
        case .pair(let pair):
            guard pair.publicKey == `operator`.publicKey else {
                throw AdministrationError(
                    .refused, "an operator's token is signed by its identity key, and \(pair.publicKey) is not it",
                    remedy: "give the seed of \(`operator`.publicKey)")
            }
            return pair
        case .named(let text) where EntityReference(text).publicKey != `operator`.publicKey,
            .written(let text) where EntityReference(text).publicKey != `operator`.publicKey:
            guard EntityReference(text).publicKey == nil else {
                throw AdministrationError(
                    .refused, "an operator's token is signed by its identity key, and \(text) is not it",
                    remedy: "leave --private-key out, or give the seed of \(`operator`.publicKey)")
            }
            return try identitySigner(of: `operator`, .pair(pair(inFile: text, choice, isRole: false)))
        case .automatic, .named, .written:
            return try stored(`operator`.publicKey, for: "the operator \"\(`operator`.name)\"")
        }
    }

    /// The key that signs an account of an operator.
    func signer(of operator: OperatorEntry, _ choice: SignerChoice) throws -> KeyPair {
        let claims = try `operator`.claims()
        let allowed = (claims.strictSigningKeyUsage ? [] : [claims.subject]) + claims.signingKeys
        let what = "the operator \"\(`operator`.name)\""
        switch choice {
        case .automatic:
            return try firstStored(allowed, for: what)
        case .pair(let pair):
            guard allowed.contains(pair.publicKey.text) else { throw foreign(pair.publicKey.text, what, claims) }
            return pair
        case .named(let text), .written(let text):
            guard let key = EntityReference(text).publicKey else {
                return try signer(of: `operator`, .pair(pair(inFile: text, choice, isRole: false)))
            }
            guard allowed.contains(key.text) else { throw foreign(text, what, claims) }
            return try stored(key, for: what)
        }
    }

    /// Whether a text may be a seed that was cut, changed or written in small letters, and so must not be repeated.
    private static func looksLikeSeed(_ text: String) -> Bool {
        let letters = text.uppercased().utf8
        return letters.first == UInt8(ascii: "S") && letters.count > 30
            && letters.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }

    /// The key that signs a user or an activation of an account.
    ///
    /// - Parameter allowingScopes: whether a scoped key may be chosen, which only users allow.
    func signer(
        of account: AccountEntry, _ choice: SignerChoice, allowingScopes: Bool
    ) throws -> AccountSigner {
        let claims = try account.claims()
        let what = "the account \"\(account.name)\""
        let isStrict = try reader.operator(EntityReference(account.operator)).claims().strictSigningKeyUsage
        let unscoped = (isStrict ? [] : [claims.subject]) + claims.signingKeys.filter { $0.scope == nil }.map(\.key)
        func signer(_ pair: KeyPair) throws -> AccountSigner {
            let key = pair.publicKey.text
            // Servers hold nobody to a role whom the identity signed.
            if key != claims.subject, let scope = claims.signingKey(key)?.scope, allowingScopes {
                return AccountSigner(pair: pair, scope: scope)
            }
            guard unscoped.contains(key) else { throw foreign(key, what, claims) }
            return AccountSigner(pair: pair, scope: nil)
        }
        switch choice {
        case .automatic:
            return AccountSigner(pair: try firstStored(unscoped, for: what), scope: nil)
        case .pair(let pair):
            return try signer(pair)
        case .named(let text), .written(let text):
            if let key = EntityReference(text).publicKey { return try signer(stored(key, for: what)) }
            let roles = claims.signingKeys.compactMap(\.scope).filter { $0.role.isExactly(text) }
            guard let scope = roles.first, scope.key != claims.subject, let key = EntityReference(scope.key).publicKey
            else {
                if text.contains("/") || text.hasSuffix(".nk") || Self.looksLikeSeed(text) || choice.isFile {
                    return try signer(pair(inFile: text, choice, isRole: true))
                }
                throw AdministrationError(
                    .notFound, "\(what) has no role \"\(text)\"",
                    remedy: "see \"chancery describe account \(commandWord(account.name))\", or make the role with "
                        + "\"chancery edit signing-key --account \(commandWord(account.name)) --sk generate --role \(commandWord(text))\""
                )
            }
            // In the middle of an apply names go from one role to another.
            if let row = try reader.policyRoles(of: account.publicKey).first(where: { $0.name.isExactly(text) }),
                let other = claims.signingKey(row.publicKey)?.scope, !other.role.isExactly(text)
            {
                throw AdministrationError(
                    .refused,
                    "\(what) has two roles for the name \"\(text)\" at the moment: that of before and the next one",
                    remedy:
                        "give the public key, \(row.publicKey) of the role so far or \(scope.key) of the next one; or "
                        + "finish the apply with \"chancery policy apply --resume\"")
            }
            return try signer(stored(key, for: "the role \"\(text)\""))
        }
    }

    /// The pair in the file that was named as a key, where it is the name of nothing else.
    private func pair(inFile text: String, _ choice: SignerChoice, isRole: Bool) throws -> KeyPair {
        guard !Self.looksLikeSeed(text) || choice.isFile else {
            throw AdministrationError(
                .invalidValue, "what was given as a key looks like a seed, but is none",
                remedy: "give the whole seed, its file's path, a public key or a role; it is not shown here")
        }
        guard choice.isFile else {
            guard case .written = choice else {
                throw AdministrationError(
                    .notFound, "\"\(text)\" is no key\(isRole ? " and no role" : "")",
                    remedy: "give a public key\(isRole ? " or a role's name" : "")")
            }
            throw AdministrationError(
                .notFound, "\"\(text)\" is no key\(isRole ? ", no role" : ""), and no file that holds a key",
                remedy: "give a public key, a seed, the path of a file with one\(isRole ? ", or a role's name" : "")")
        }
        return try SignerChoice.pair(inFile: text)
    }

    private func firstStored(_ keys: [String], for what: String) throws -> KeyPair {
        for key in keys {
            if let key = EntityReference(key).publicKey, let pair = try keyring.keyPair(key) { return pair }
        }
        throw AdministrationError(
            .seedMissing, "no key that may sign for \(what) is in the keyring",
            remedy: keys.isEmpty
                ? "the operator requires signing keys: add one with \"--sk generate\""
                : "give the seed with --private-key, or add a signing key with \"--sk generate\"")
    }

    private func stored(_ key: PublicKey, for what: String) throws -> KeyPair {
        if let pair = try keyring.keyPair(key) { return pair }
        throw AdministrationError(
            .seedMissing, "the seed of \(key), which signs for \(what), is not in the keyring",
            remedy: "give it with --private-key")
    }

    private func foreign(_ key: String, _ what: String, _ claims: some ClaimSet) -> AdministrationError {
        let isIdentity = key == claims.subject
        return AdministrationError(
            .refused,
            isIdentity
                ? "\(what) may not sign with its identity key: its operator requires signing keys"
                : "\(key) may not sign for \(what)",
            remedy: "give one of its signing keys with --private-key")
    }
}
