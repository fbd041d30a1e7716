import CSodium

/// HMAC with SHA-256 (RFC 2104): a keyed hash that only holders of the key can make or check.
public enum HMACSHA256 {
    /// The 32 bytes of the code of `message` under `key`, which may have any length.
    public static func authenticate(_ message: [UInt8], key: Secret) -> [UInt8] {
        message.withUnsafeBytes { authenticate($0, key: key) }
    }

    /// The 32 bytes of the code of `message` under `key`, which may have any length.
    public static func authenticate(_ message: UnsafeRawBufferPointer, key: Secret) -> [UInt8] {
        Sodium.ensureReady()
        var code = [UInt8](repeating: 0, count: 32)
        var state = crypto_auth_hmacsha256_state()
        defer { withUnsafeMutableBytes(of: &state) { erase($0) } }
        key.withBytes { key in
            // Never nil: even an empty secret has a slot.
            guard let bytes = key.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            _ = crypto_auth_hmacsha256_init(&state, bytes, key.count)
        }
        _ = crypto_auth_hmacsha256_update(
            &state, message.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(message.count))
        _ = crypto_auth_hmacsha256_final(&state, &code)
        return code
    }

    /// Whether `code` is the code of `message` under `key`, compared in constant time.
    public static func isValid(_ code: [UInt8], of message: [UInt8], key: Secret) -> Bool {
        constantTimeEquals(code, authenticate(message, key: key))
    }
}

/// Overwrites memory with zeros in a way that the compiler does not remove.
package func erase(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let base = buffer.baseAddress else { return }
    sodium_memzero(base, buffer.count)
}
