import CSodium
public import Secrets

/// A NATS key pair: a public key and the private key behind it, which stays in guarded memory.
///
/// ```swift
/// let pair = KeyPair.generate(.user)
/// let signature = try pair.sign(nonce)
/// pair.publicKey.isValidSignature(signature, of: nonce)  // true
/// ```
///
/// The expanded private key is kept, so that a signature costs one signing operation and no derivation.
public final class KeyPair: Sendable {
    /// The public half, derived once.
    public let publicKey: PublicKey

    /// Ed25519: the 32 bytes of the seed, then the 32 of the public key. Curve keys: the 32 bytes of the scalar.
    let privateKey: Secret

    init(publicKey: PublicKey, privateKey: Secret) {
        self.publicKey = publicKey
        self.privateKey = privateKey
    }

    /// A new pair from 32 bytes of `random`.
    public static func generate(_ kind: KeyKind, random: RandomSource = .system) -> KeyPair {
        derive(kind, from: Secret.random(count: 32, from: random))
    }

    /// The pair of a kind and 32 raw seed bytes.
    /// - Throws: `invalid seed length` when there are not exactly 32.
    public convenience init(kind: KeyKind, rawSeed: Secret) throws(NKeyError) {
        guard rawSeed.count == 32 else { throw .invalidSeedLength }
        let pair = KeyPair.derive(kind, from: rawSeed)
        self.init(publicKey: pair.publicKey, privateKey: pair.privateKey)
    }

    /// The pair of a kind and a raw seed of at least 32 bytes, of which the first 32 count.
    static func derive(_ kind: KeyKind, from rawSeed: Secret) -> KeyPair {
        Sodium.ensureReady()
        var raw = PublicKey.Raw()
        let privateKey = Secret(count: kind.canSign ? 64 : 32) { output in
            withUnsafeMutableBytes(of: &raw.words) { publicKey in
                rawSeed.withBytes { seed in
                    derive(kind, seed, privateKey: output, publicKey: publicKey)
                }
            }
        }
        return KeyPair(publicKey: PublicKey(kind: kind, raw: raw), privateKey: privateKey)
    }

    private static func derive(
        _ kind: KeyKind, _ seed: UnsafeRawBufferPointer, privateKey: UnsafeMutableRawBufferPointer,
        publicKey: UnsafeMutableRawBufferPointer
    ) {
        // Never nil: all three point to 32 bytes or more.
        guard let seedBytes = seed.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let privateBytes = privateKey.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let publicBytes = publicKey.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return }
        if kind.canSign {
            crypto_sign_seed_keypair(publicBytes, privateBytes, seedBytes)
        } else {
            privateKey.copyMemory(from: UnsafeRawBufferPointer(rebasing: seed.prefix(32)))
            crypto_scalarmult_base(publicBytes, privateBytes)
        }
    }

    /// The Ed25519 signature of `message`: 64 bytes, the same ones every time.
    /// - Throws: `curve key is not valid for sign/verify`.
    public func sign(_ message: [UInt8]) throws(NKeyError) -> [UInt8] {
        try message.withUnsafeBufferPointer { (message) throws(NKeyError) in
            try sign(UnsafeRawBufferPointer(message))
        }
    }

    /// The Ed25519 signature of `message`: 64 bytes, the same ones every time.
    /// - Throws: `curve key is not valid for sign/verify`.
    public func sign(_ message: UnsafeRawBufferPointer) throws(NKeyError) -> [UInt8] {
        guard publicKey.kind.canSign else { throw .curveCannotSign }
        return [UInt8](unsafeUninitializedCapacity: 64) { signature, count in
            privateKey.withBytes { key in
                // Never nil: both point to 64 bytes.
                guard let output = signature.baseAddress, let key = key.baseAddress else { return }
                crypto_sign_detached(
                    output, nil, message.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(message.count),
                    key.assumingMemoryBound(to: UInt8.self))
                count = 64
            }
        }
    }
}
