import CSodium

/// Keys from passwords: Argon2id 1.3 (RFC 9106).
public enum PasswordKey {
    /// Bytes of a salt.
    public static let saltCount = 16
    /// Passes over memory that suit an interactive unlock (libsodium's moderate choice).
    public static let moderateOperations: UInt64 = 3
    /// Bytes of memory that suit an interactive unlock (libsodium's moderate choice: 256 MiB).
    public static let moderateMemory = 268_435_456

    /// A 32-byte key for ``SealedBox``.
    /// - Parameters:
    ///   - password: any bytes.
    ///   - salt: 16 bytes, random and kept beside what the key seals.
    ///   - operations: passes over memory, 1 to 2^32 - 1.
    ///   - memory: bytes of memory, from 8192.
    /// - Throws: ``SecretsError`` for a salt of the wrong length, parameters out of range or too little memory.
    public static func derive(
        password: Secret, salt: [UInt8], operations: UInt64 = moderateOperations, memory: Int = moderateMemory
    ) throws(SecretsError) -> Secret {
        guard salt.count == saltCount else { throw .wrongLength("a salt", saltCount, salt.count) }
        Sodium.ensureReady()
        return try Secret(count: SealedBox.keyCount) { (key) throws(SecretsError) in
            let status = password.withBytes { bytes -> Int32 in
                guard memory >= 8192, let key = key.baseAddress, let password = bytes.baseAddress else { return -1 }
                return crypto_pwhash(
                    key.assumingMemoryBound(to: UInt8.self), UInt64(SealedBox.keyCount),
                    password.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), salt, operations, memory,
                    Int32(crypto_pwhash_ALG_ARGON2ID13))
            }
            guard status == 0 else {
                throw SecretsError(
                    .cannotDerive, "a key could not be derived with \(operations) passes over \(memory) bytes",
                    remedy: "free memory, or seal with fewer passes or less memory (at least 8192 bytes)")
            }
        }
    }
}
