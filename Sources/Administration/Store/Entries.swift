public import Claims
public import NKeys

/// An operator of the directory: its key, its name and its current token.
public struct OperatorEntry: Sendable, Hashable {
    /// The operator's identity key.
    public let publicKey: PublicKey
    /// The name, unique in the directory.
    public let name: String
    /// The current operator JWT.
    public let token: String
    /// Whether it is run elsewhere: then accounts sign themselves here, and the operator signs them where its key is.
    public var isManaged = false

    /// The claims of the current token.
    public func claims() throws(AdministrationError) -> OperatorClaims {
        try decodingStored("operator", name) { () throws(ClaimsError) in
            try KnownClaims.operators.claims(of: token, OperatorClaims.decode)
        }
    }
}

/// An account of the directory: its key, its name and its current token.
public struct AccountEntry: Sendable, Hashable {
    /// The account's identity key.
    public let publicKey: PublicKey
    /// The operator it belongs to.
    public let `operator`: PublicKey
    /// The name, unique under its operator.
    public let name: String
    /// The current account JWT.
    public let token: String

    /// The claims of the current token.
    public func claims() throws(AdministrationError) -> AccountClaims {
        try decodingStored("account", name) { () throws(ClaimsError) in try LargeAccountMemo.shared.claims(of: token) }
    }
}

/// A user of the directory: its key, its name and its current token.
public struct UserEntry: Sendable, Hashable {
    /// The user's key.
    public let publicKey: PublicKey
    /// The account it belongs to.
    public let account: PublicKey
    /// The name, unique in its account.
    public let name: String
    /// The current user JWT.
    public let token: String

    /// The claims of the current token.
    public func claims() throws(AdministrationError) -> UserClaims {
        try decodingStored("user", name) { () throws(ClaimsError) in
            try KnownClaims.users.claims(of: token, UserClaims.decode)
        }
    }
}

/// A public key that the directory knows.
public struct KeyEntry: Sendable, Hashable {
    /// What a key is for.
    public enum Purpose: String, Sendable, Hashable {
        /// It is the operator, account or user.
        case identity
        /// It signs in the place of an identity.
        case signing
        /// It signs users of one role.
        case role
        /// It was made and kept, and nothing refers to it yet.
        case stored
    }

    /// The key.
    public let publicKey: PublicKey
    /// What it is for.
    public let purpose: Purpose
    /// The role, for keys of that purpose.
    public let role: String?
    /// The operator or account that a signing key belongs to, the account of a user; nil for an operator's identity
    /// and for keys that nothing refers to.
    public let owner: String?
    /// Whether the keyring holds its seed.
    public let hasSeed: Bool
}

/// The operator and account that commands mean when they name none.
public struct Selection: Sendable, Hashable {
    /// The selected operator.
    public let `operator`: PublicKey?
    /// The selected account.
    public let account: PublicKey?
}

/// Stored tokens were verified before they were stored: one that cannot be read means that somebody else wrote to the
/// database.
private func decodingStored<Claims>(
    _ what: String, _ name: String, _ decode: () throws(ClaimsError) -> Claims
) throws(AdministrationError) -> Claims {
    do {
        return try decode()
    } catch {
        throw AdministrationError(
            .storageFailed, "the stored token of the \(what) \"\(name)\" cannot be read: \(error.message)",
            remedy: "restore the directory from a backup")
    }
}
