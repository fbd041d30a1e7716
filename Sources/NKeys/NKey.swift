public import Secrets

/// A key as a file or an argument gives it: a seed, from which everything follows, or only a public key.
///
/// ```swift
/// let key = try NKey(text: bytes)
/// try key.require(.account, .operator)
/// ```
public enum NKey: Sendable {
    case pair(KeyPair)
    case publicKey(PublicKey)

    /// Reads the text form of a seed or a public key.
    /// - Throws: ``NKeyError``: not base32, a wrong checksum, neither a seed nor a public key.
    public init(text: UnsafeRawBufferPointer) throws(NKeyError) {
        if KeyPrefix(of: text) == .seed {
            self = .pair(try KeyPair.read(seed: text))
        } else {
            self = .publicKey(try PublicKey(textBytes: text))
        }
    }

    /// The public key, given or derived.
    public var publicKey: PublicKey {
        switch self {
        case .pair(let pair): pair.publicKey
        case .publicKey(let key): key
        }
    }

    /// Checks that the key is of one of the given kinds.
    /// - Throws: `incompatible key`.
    public func require(_ kinds: KeyKind...) throws(NKeyError) {
        guard kinds.contains(publicKey.kind) else { throw .incompatibleKey }
    }

    /// The 58 characters of the seed.
    /// - Throws: `no seed or private key available` for a public key.
    public func seed() throws(NKeyError) -> Secret {
        guard case .pair(let pair) = self else { throw .noSeed }
        return pair.seed
    }

    /// The signature of `message`; see ``KeyPair/sign(_:)-([UInt8])``.
    /// - Throws: `can not sign, no private key available` for a public key, and `curve key is not valid for
    ///   sign/verify`.
    public func sign(_ message: [UInt8]) throws(NKeyError) -> [UInt8] {
        guard publicKey.kind.canSign else { throw .curveCannotSign }
        guard case .pair(let pair) = self else { throw .cannotSign }
        return try pair.sign(message)
    }

    /// Seals `message`; see ``KeyPair/seal(_:to:random:)-(_,PublicKey,_)``.
    /// - Throws: `only curve key can seal/open`, and `cannot seal no private curve key available` for a public key.
    public func seal(
        _ message: [UInt8], to recipient: PublicKey, random: RandomSource = .system
    ) throws(NKeyError) -> [UInt8] {
        guard publicKey.kind == .curve else { throw .onlyCurveSeals }
        guard case .pair(let pair) = self else { throw .cannotSeal }
        return try pair.seal(message, to: recipient, random: random)
    }

    /// Opens what was sealed for this key; see ``KeyPair/open(_:from:)-(_,PublicKey)``.
    /// - Throws: `only curve key can seal/open`, and `cannot open no private curve key available` for a public key.
    public func open(_ sealed: [UInt8], from sender: PublicKey) throws(NKeyError) -> [UInt8] {
        guard publicKey.kind == .curve else { throw .onlyCurveSeals }
        guard case .pair(let pair) = self else { throw .cannotOpen }
        return try pair.open(sealed, from: sender)
    }
}
