import Claims

/// What two servers compare to see whether they hold the same account JWTs: the exclusive or of the SHA-256 of each
/// JWT's text, 32 bytes, all zero for none. (What `nats-server` 2.15.1 expects in `$SYS.REQ.CLAIMS.PACK`.)
///
/// Putting a JWT in and taking it out are the same operation, so the digest follows changes without a look at the rest.
struct StoreDigest: Hashable {
    private(set) var bytes = [UInt8](repeating: 0, count: 32)

    init() {}

    /// Reads a digest that another server sent; nil unless it has 32 bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    mutating func toggle(_ version: TokenVersion) {
        for (index, byte) in version.bytes.enumerated() { bytes[index] ^= byte }
    }
}
