import Claims
public import NKeys

/// What a client needs to sign in to a server: a user's token and the key pair it was issued to.
public struct SignIn: Sendable {
    /// The user JWT.
    public let token: String
    /// The user's key pair.
    public let keyPair: KeyPair
}

extension Directory {
    /// The sign-in of a user whose seed is in the keyring.
    ///
    /// - Throws: ``AdministrationError``; of code `seedMissing` if the seed is elsewhere.
    public func signIn(as reference: EntityReference?, at place: Place) throws -> SignIn {
        try read { reader in
            let user = try reader.user(reference, of: reader.account(at: place))
            guard let pair = try keyring(reader).keyPair(user.publicKey) else { throw user.seedMissing }
            return SignIn(token: user.token, keyPair: pair)
        }
    }

    /// The keyring for reading.
    func keyring(_ reader: DirectoryReader) -> Keyring {
        Keyring(
            database: reader.database, home: home, random: surroundings.random, now: surroundings.now(),
            passphrase: surroundings.passphrase)
    }
}

extension UserEntry {
    var seedMissing: AdministrationError {
        AdministrationError(
            .seedMissing, "the seed of the user \"\(name)\" is not in the keyring",
            remedy: "its key was made elsewhere: whoever made it has the seed")
    }
}
