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

    /// The key pair of a file that may hold a user's seed; nil for one in which nothing says that there is a seed.
    /// - Throws: ``NKeyError``: what is wrong with the seed. A file that says that it holds one must have one.
    public static func userKeyPairIfAny(in contents: Secret) throws(NKeyError) -> KeyPair? {
        guard hasSeed(contents) else { return nil }
        return try contents.withBytes { (bytes) throws(NKeyError) in try userKeyPair(in: bytes) }
    }

    /// Whether something in a file says that it holds a seed: a second decorated block, a line of dashes with that word,
    /// or a line that begins like a seed and has nothing but letters and digits of one case.
    public static func hasSeed(_ contents: Secret) -> Bool {
        contents.withBytes { bytes in
            DecoratedBlock.bodies(in: bytes, endsWithoutBreak: true).count >= 2
                || Lines.ranges(in: bytes).contains { announcesSeed(bytes[$0].trimmingWhiteSpace()) }
        }
    }

    /// Whether a file has a decorated block, whose content is the token.
    public static func hasTokenBlock(_ contents: Secret) -> Bool {
        contents.withBytes { !DecoratedBlock.bodies(in: $0, endsWithoutBreak: true).isEmpty }
    }

    private static func announcesSeed(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        let upper = line.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
        if upper.starts(with: "---".utf8) { return String(decoding: upper, as: UTF8.self).contains("SEED") }
        // A line of a wrapped token has letters of both cases.
        let hasUpper = line.contains { (0x41...0x5A).contains($0) }
        let hasLower = line.contains { (0x61...0x7A).contains($0) }
        guard upper.count >= 20, !hasUpper || !hasLower else { return false }
        return ["SU", "SA", "SO"].contains { upper.starts(with: $0.utf8) }
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
