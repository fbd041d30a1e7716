public import Secrets

extension Credentials {
    /// The text of a credentials file for this JWT and key pair, in guarded memory because it holds the seed.
    public func formatted() throws(NKeyError) -> Secret {
        try Self.format(jwt: jwt, seed: keyPair.seed)
    }

    /// The text of a credentials file: the decorated JWT, then the decorated seed.
    ///
    /// Whether they belong together is not checked here, since that takes reading the JWT.
    /// - Throws: ``NKeyError``: `seed is too short`, `seed is not an operator, account or user seed`.
    public static func format(jwt: String, seed: Secret) throws(NKeyError) -> Secret {
        try seed.withBytes { (seed) throws(NKeyError) in
            try decorate(seed, after: decoratedText(jwt: jwt, kind: .user))
        }
    }

    /// The decorated form of an operator's, an account's or a user's seed, with the warning above it.
    /// - Throws: ``NKeyError``: `seed is too short`, `seed is not an operator, account or user seed`.
    public static func decorate(seed: Secret) throws(NKeyError) -> Secret {
        try seed.withBytes { (seed) throws(NKeyError) in try decorate(seed, after: "") }
    }

    /// The decorated form of an operator's, an account's or a user's JWT; it is public, hence a plain text.
    public static func decoratedText(jwt: String, kind: KeyKind) -> String {
        decoratedText(jwt: jwt, typeName: kind.name)
    }

    /// The decorated form of a JWT of any type, named as in `nats.type`.
    public static func decoratedText(jwt: String, typeName: String) -> String {
        let word = typeName.uppercased()
        return "-----BEGIN NATS \(word) JWT-----\n\(jwt)\n------END NATS \(word) JWT------\n\n"
    }

    private static func decorate(_ seed: UnsafeRawBufferPointer, after head: String) throws(NKeyError) -> Secret {
        let seed = seed[...].trimmingWhiteSpace()
        guard seed.count >= 2 else { throw .seedTooShort }
        guard let mark = SeedMark(seed) else { throw .notDecoratable }
        let stars = String(repeating: "*", count: 25)
        let before = """
            \(head)\(stars) IMPORTANT \(stars)
            NKEY Seed printed below can be used to sign and prove identity.
            NKEYs are sensitive and should be treated as secrets.

            -----BEGIN \(mark.rawValue) NKEY SEED-----

            """
        let after = """

            ------END \(mark.rawValue) NKEY SEED------

            \(String(repeating: "*", count: 61))

            """
        return Secret(count: before.utf8.count + seed.count + after.utf8.count) { output in
            var end = 0
            func append(_ bytes: some Collection<UInt8>) {
                UnsafeMutableRawBufferPointer(rebasing: output[end..<(end + bytes.count)]).copyBytes(from: bytes)
                end += bytes.count
            }
            append(before.utf8)
            append(seed)
            append(after.utf8)
        }
    }
}
