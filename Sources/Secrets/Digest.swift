import COpenSSL

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The 32 bytes of the digest.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Digest.sha256.hash(bytes) }

    /// The 32 bytes of the digest.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }

    /// The 32 bytes of the digest of a text's UTF-8.
    public static func hash(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }
}

/// SHA-1 (FIPS 180-4), for the handshake of WebSockets alone, where it only shows that a request was understood: nothing
/// that must not be forged may rest on it.
public enum SHA1 {
    /// The 20 bytes of the digest.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { Digest.sha1.hash($0) } }
}

/// SHA-512/256 (FIPS 180-4): its own initial values, so not SHA-512 cut short.
public enum SHA512_256 {
    /// The 32 bytes of the digest.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Digest.sha512_256.hash(bytes) }

    /// The 32 bytes of the digest.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }
}

/// A digest algorithm of OpenSSL.
private struct Digest: Sendable {
    static let sha256 = Digest("SHA2-256", count: 32)
    static let sha512_256 = Digest("SHA2-512/256", count: 32)
    static let sha1 = Digest("SHA1", count: 20)

    // Safe to share: OpenSSL's fetched algorithms are immutable and made to be used from several threads. It is fetched
    // once, since a fetch by name costs more than hashing a short text, and lives as long as the process.
    nonisolated(unsafe) private let algorithm: OpaquePointer
    /// Bytes of output.
    private let count: Int

    private init(_ name: String, count: Int) {
        // All are in OpenSSL's default provider: their absence is a broken installation, not an input.
        guard let algorithm = EVP_MD_fetch(nil, name, nil) else {
            preconditionFailure("OpenSSL does not offer \(name)")
        }
        self.algorithm = algorithm
        self.count = count
    }

    func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            var length: UInt32 = 0
            let status = EVP_Digest(bytes.baseAddress, bytes.count, output.baseAddress, &length, algorithm, nil)
            // A digest of memory fails only when memory runs out.
            precondition(status == 1 && length == count, "OpenSSL could not compute a digest")
            initialized = count
        }
    }
}
