public import Secrets

/// A user's credentials: a JWT and the key pair that proves it.
///
/// Files are read as NATS's libraries do: the words of the markers do not matter, only their dashes, and CRLF, text
/// before a block and a missing last line break are fine.
///
/// ```swift
/// let credentials = try Credentials.parse(contents)
/// let signature = try credentials.keyPair.sign(nonce)
/// ```
public struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
    /// The text of the user's token, not verified.
    public var jwt: String
    /// The user's own pair.
    public var keyPair: KeyPair

    /// Credentials of a JWT and a pair; whether they belong together is not checked.
    public init(jwt: String, keyPair: KeyPair) {
        self.jwt = jwt
        self.keyPair = keyPair
    }

    /// Names the user; the JWT may sign somebody in by itself.
    public var description: String { "Credentials(\(keyPair.publicKey))" }

    /// Empty: `dump` does not show the JWT.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads a credentials file.
    /// - Throws: ``NKeyError``: no JWT, no seed, a seed of another kind than a user's, or a damaged seed.
    public static func parse(_ contents: Secret) throws(NKeyError) -> Credentials {
        try contents.withBytes { (bytes) throws(NKeyError) in try parse(bytes) }
    }

    /// Reads a credentials file; see ``parse(_:)-(Secret)``.
    public static func parse(_ contents: UnsafeRawBufferPointer) throws(NKeyError) -> Credentials {
        // Only a block of its own becomes a text: without one the whole file would stand for the JWT, seed included.
        guard let block = DecoratedBlock.bodies(in: contents, endsWithoutBreak: true).first,
            contents[block].count(where: { $0 == 0x2E }) == 2
        else { throw .noTokenFound }
        let jwt = String(decoding: contents[block], as: UTF8.self)
        return Credentials(jwt: jwt, keyPair: try userKeyPair(in: contents))
    }

    /// The JWT of a file with or without decoration. Without a decorated block it is the whole content as it is, which
    /// may be a seed: hence guarded memory.
    public static func jwt(in contents: Secret) -> Secret {
        contents.withBytes { Secret(copying: tokenBytes(in: $0)) }
    }

    /// The key pair of a file that holds an operator's, an account's or a user's seed, decorated or on a line of its
    /// own. With two decorated blocks or more, the second is the seed.
    /// - Throws: ``NKeyError``: `no nkey seed found`, `doesn't contain a seed nkey`, or what is wrong with the seed.
    public static func keyPair(in contents: UnsafeRawBufferPointer) throws(NKeyError) -> KeyPair {
        try KeyPair.read(seed: try seedBytes(in: contents))
    }

    /// The key pair of a file that holds a user's seed; see ``keyPair(in:)``.
    /// - Throws: also `doesn't contain an user seed nkey`.
    public static func userKeyPair(in contents: UnsafeRawBufferPointer) throws(NKeyError) -> KeyPair {
        try userKeyPair(in: contents, endsWithoutBreak: true)
    }

    static func userKeyPair(
        in contents: UnsafeRawBufferPointer, endsWithoutBreak: Bool
    ) throws(NKeyError) -> KeyPair {
        let pair = try KeyPair.read(seed: try seedBytes(in: contents, endsWithoutBreak: endsWithoutBreak))
        guard pair.publicKey.kind == .user else { throw .notAUserSeed }
        return pair
    }

    static func tokenBytes(in contents: UnsafeRawBufferPointer, endsWithoutBreak: Bool = true) -> UnsafeRawBufferPointer
    {
        guard let block = DecoratedBlock.bodies(in: contents, endsWithoutBreak: endsWithoutBreak).first else {
            return contents
        }
        return UnsafeRawBufferPointer(rebasing: contents[block])
    }

    static func seedBytes(
        in contents: UnsafeRawBufferPointer, endsWithoutBreak: Bool = true
    ) throws(NKeyError) -> UnsafeRawBufferPointer {
        let blocks = DecoratedBlock.bodies(in: contents, endsWithoutBreak: endsWithoutBreak)
        let range =
            blocks.count >= 2
            ? blocks[1]
            : Lines.ranges(in: contents).first { SeedMark(trimming: contents[$0]) != nil }
        guard let range else { throw .noSeedFound }
        let seed = UnsafeRawBufferPointer(rebasing: contents[range])
        guard SeedMark(seed[...]) != nil else { throw .notASeed }
        return seed
    }
}

/// The kinds of seeds that credentials files hold, by the first two letters of the seed.
enum SeedMark: String {
    case `operator` = "OPERATOR"
    case account = "ACCOUNT"
    case user = "USER"

    init?(_ text: Slice<UnsafeRawBufferPointer>) {
        guard text.first == 0x53 else { return nil }
        switch text.dropFirst().first {
        case 0x4F: self = .operator
        case 0x41: self = .account
        case 0x55: self = .user
        default: return nil
        }
    }

    init?(trimming text: Slice<UnsafeRawBufferPointer>) {
        self.init(text.trimmingWhiteSpace())
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Without ASCII white space at either end.
    func trimmingWhiteSpace() -> Slice<UnsafeRawBufferPointer> {
        func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var text = drop(while: isWhiteSpace)
        while let last = text.last, isWhiteSpace(last) { text = text.dropLast() }
        return text
    }
}
