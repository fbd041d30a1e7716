import CSodium

/// Authenticated encryption with a secret key: XChaCha20-Poly1305 (IETF), whose 24-byte nonces may be random.
public enum SealedBox {
    /// Bytes of a key.
    public static let keyCount = 32
    /// Bytes of a nonce.
    public static let nonceCount = 24
    /// Bytes that sealing adds.
    public static let tagCount = 16

    /// Encrypts `secret`: ciphertext, then a 16-byte tag. The nonce is not part of the result.
    /// - Parameters:
    ///   - nonce: 24 bytes, never used before with this key; random ones will do.
    ///   - additionalData: bytes that are not encrypted but must be given again to open.
    /// - Throws: ``SecretsError`` for a key or nonce of the wrong length.
    public static func seal(
        _ secret: Secret, key: Secret, nonce: [UInt8], additionalData: [UInt8] = []
    ) throws(SecretsError) -> [UInt8] {
        try check(key, nonce)
        Sodium.ensureReady()
        var sealed = [UInt8](repeating: 0, count: secret.count + tagCount)
        secret.withBytes { message in
            key.withBytes { key in
                // Never nil: the key has 32 bytes.
                guard let key = key.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    &sealed, nil, message.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(message.count),
                    additionalData, UInt64(additionalData.count), nil, nonce, key)
            }
        }
        return sealed
    }

    /// Encrypts bytes that are not secret in themselves; see ``seal(_:key:nonce:additionalData:)-(Secret,_,_,_)``.
    public static func seal(
        _ bytes: [UInt8], key: Secret, nonce: [UInt8], additionalData: [UInt8] = []
    ) throws(SecretsError) -> [UInt8] {
        try seal(Secret(copying: bytes), key: key, nonce: nonce, additionalData: additionalData)
    }

    /// Decrypts what ``seal(_:key:nonce:additionalData:)-(Secret,_,_,_)`` gave for the same key, nonce and additional
    /// data, straight into guarded memory.
    /// - Throws: ``SecretsError``: `cannot-open` for anything that was changed, or a key or nonce of the wrong length.
    public static func open(
        _ sealed: [UInt8], key: Secret, nonce: [UInt8], additionalData: [UInt8] = []
    ) throws(SecretsError) -> Secret {
        try check(key, nonce)
        guard sealed.count >= tagCount else { throw .cannotOpen }
        Sodium.ensureReady()
        return try Secret(count: sealed.count - tagCount) { (message) throws(SecretsError) in
            let status = key.withBytes { key -> Int32 in
                guard let key = key.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return -1 }
                return crypto_aead_xchacha20poly1305_ietf_decrypt(
                    message.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, nil, sealed, UInt64(sealed.count),
                    additionalData, UInt64(additionalData.count), nonce, key)
            }
            guard status == 0 else { throw .cannotOpen }
        }
    }

    private static func check(_ key: Secret, _ nonce: [UInt8]) throws(SecretsError) {
        guard key.count == keyCount else { throw .wrongLength("a key", keyCount, key.count) }
        guard nonce.count == nonceCount else { throw .wrongLength("a nonce", nonceCount, nonce.count) }
    }
}
