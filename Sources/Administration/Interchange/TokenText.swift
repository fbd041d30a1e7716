public import NKeys
public import Secrets

/// The token, and with it perhaps a user's seed, that the content of a file is: a JWT, bare or decorated, or credentials.
public enum TokenText {
    /// The token in a file's content, in one line.
    ///
    /// White space around it may go, and line breaks inside a bare one, since tools wrap long lines. Any other character
    /// that no token has means that the file is something else, or damaged.
    ///
    /// - Throws: ``AdministrationError`` of code `invalidValue`.
    public static func token(in content: Secret, from source: String) throws(AdministrationError) -> String {
        // A file without a block counts as a token from end to end, and might be a seed: only what looks like a JWT
        // leaves guarded memory.
        let token = Credentials.jwt(in: content).withBytes { bytes -> String? in
            let trimmed = bytes.drop(while: isWhiteSpace).reversed().drop(while: isWhiteSpace).reversed()
            let token = trimmed.filter { $0 != 0x0A && $0 != 0x0D }
            guard token.allSatisfy({ $0 > 0x20 }), token.count(where: { $0 == UInt8(ascii: ".") }) == 2 else {
                return nil
            }
            return String(decoding: token, as: UTF8.self)
        }
        // A bare token with a seed on another line would be one long token that nobody signed.
        if let token, Credentials.hasTokenBlock(content) || !Credentials.hasSeed(content) { return token }
        let isBoth = token != nil
        throw AdministrationError(
            .invalidValue,
            isBoth
                ? "\(source) holds a token and a seed without the lines that mark them" : "\(source) holds no token",
            remedy: isBoth
                ? "give a credentials file as NATS tools write it, or the token alone"
                : "give a JWT, or a file with one, bare or decorated")
    }

    /// The user's key pair in a credentials file; nil where it has no seed at all.
    ///
    /// - Throws: ``AdministrationError`` of code `invalidValue` for a seed that is damaged or not a user's.
    public static func userPair(in content: Secret, from source: String) throws(AdministrationError) -> KeyPair? {
        do {
            return try Credentials.userKeyPairIfAny(in: content)
        } catch {
            throw AdministrationError(
                .invalidValue, "the seed in \(source) cannot be used: \(error.message)",
                remedy: "get the file again, or take its seed away to have the token alone")
        }
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
