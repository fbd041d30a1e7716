public import Secrets

extension KeyPair {
    /// The number of characters of a seed's text form.
    public static let seedTextCount = 58

    /// The pair of a seed's text form: 58 characters that begin with S.
    ///
    /// As in the reference, CR and LF are skipped, spare bits are not looked at and a raw seed longer than 32 bytes
    /// counts by its first 32.
    /// - Throws: ``NKeyError``: not base32, a wrong checksum, `invalid seed`.
    public convenience init(seed: Secret) throws(NKeyError) {
        let pair = try seed.withBytes { (text) throws(NKeyError) in try KeyPair.read(seed: text) }
        self.init(publicKey: pair.publicKey, privateKey: pair.privateKey)
    }

    /// The curve pair of a seed's text form, which must be a curve key's.
    /// - Throws: ``NKeyError``: what ``init(seed:)`` throws, and `not a valid curve seed` for one of another kind.
    public convenience init(curveSeed: Secret) throws(NKeyError) {
        let pair = try curveSeed.withBytes { (text) throws(NKeyError) in try KeyPair.read(seed: text) }
        guard pair.publicKey.kind == .curve else { throw .invalidCurveSeed }
        self.init(publicKey: pair.publicKey, privateKey: pair.privateKey)
    }

    /// The 58 characters of the seed.
    public var seed: Secret {
        let bytes = Secret(count: 36) { bytes in
            // The kind's byte is shifted right by five bits, behind the mark of a seed.
            bytes[0] = KeyPrefix.seed.rawValue | publicKey.kind.rawValue >> 5
            bytes[1] = (publicKey.kind.rawValue & 31) << 3
            privateKey.withBytes { key in
                UnsafeMutableRawBufferPointer(rebasing: bytes[2..<34]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: key.prefix(32)))
            }
            Checksum.write(to: bytes)
        }
        return Secret(count: Self.seedTextCount) { output in bytes.withBytes { Base32.encode($0, into: output) } }
    }

    /// The private key's text form: P, then 64 bytes (seed and public key), or the 32 of a curve key.
    public var privateKeyText: Secret {
        let bytes = Secret(count: privateKey.count + 3) { bytes in
            bytes[0] = KeyPrefix.privateKey.rawValue
            privateKey.withBytes {
                UnsafeMutableRawBufferPointer(rebasing: bytes[1..<(1 + $0.count)]).copyMemory(from: $0)
            }
            Checksum.write(to: bytes)
        }
        return Secret(count: Base32.encodedCount(bytes.count)) { output in
            bytes.withBytes { Base32.encode($0, into: output) }
        }
    }

    static func read(seed text: UnsafeRawBufferPointer) throws(NKeyError) -> KeyPair {
        let bytes = try KeyText.decode(text)
        let kind = try bytes.withBytes { (bytes) throws(NKeyError) -> KeyKind in
            guard bytes[0] & 0xF8 == KeyPrefix.seed.rawValue,
                let kind = KeyKind(rawValue: (bytes[0] & 7) << 5 | (bytes[1] & 0xF8) >> 3)
            else { throw .invalidSeed }
            guard bytes.count >= 36 else { throw kind == .curve ? .invalidCurveSeed : .invalidSeed }
            return kind
        }
        let raw = Secret(count: 32) { raw in
            bytes.withBytes { raw.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[2..<34])) }
        }
        return derive(kind, from: raw)
    }
}
