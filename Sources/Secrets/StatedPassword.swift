import CCrypt
import CSodium

/// A password or token as a server's configuration states it: a bcrypt hash, or the text itself.
///
/// Which of the two it is, its form says, as in `nats-server`: `$2a$`, `$2b$`, `$2x$` or `$2y$` and a cost of two digits
/// at the start make a hash.
public struct StatedPassword: Sendable, Equatable {
    private let stated: Secret

    /// Whether it is a bcrypt hash, which a server prefers to see.
    public let isHashed: Bool

    /// The same text was stated. Two hashes of one password are not equal, which only its owner could tell.
    public static func == (one: StatedPassword, other: StatedPassword) -> Bool { one.stated == other.stated }

    public init(_ stated: Secret) {
        self.stated = stated
        isHashed = stated.withBytes { Self.isBcrypt($0) }
    }

    private static func isBcrypt(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 7, bytes[0] == 0x24, bytes[1] == 0x32, bytes[3] == 0x24, bytes[6] == 0x24 else {
            return false
        }
        return Array("abxy".utf8).contains(bytes[2])
            && [bytes[4], bytes[5]].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// Whether a client gave this password.
    ///
    /// Of a hash this takes as long as its cost says, tens of milliseconds and more on purpose: not for an event loop.
    /// Of plain text it takes the same time wherever the two differ. bcrypt looks at no more than 72 bytes; a password
    /// with a zero byte matches no hash.
    public func matches(_ given: Secret) -> Bool {
        isHashed ? matchesHash(given) : given == stated
    }

    private func matchesHash(_ given: Secret) -> Bool {
        let hasZero = given.withBytes { $0.contains(0) }
        guard !hasZero else { return false }
        return given.withBytes { given in
            stated.withBytes { stated in
                // Terminated copies, since the library wants text of C; erased afterwards.
                var password = Array(given) + [0]
                var setting = Array(stated) + [0]
                defer {
                    password.withUnsafeMutableBytes { Self.erase($0) }
                    setting.withUnsafeMutableBytes { Self.erase($0) }
                }
                return Self.isHash(setting, of: password)
            }
        }
    }

    private static func isHash(_ hash: [UInt8], of password: [UInt8]) -> Bool {
        var work: UnsafeMutableRawPointer?
        var size: Int32 = 0
        defer {
            if let work {
                erase(UnsafeMutableRawBufferPointer(start: work, count: Int(size)))
                free(work)
            }
        }
        let computed = password.withUnsafeBytes { password in
            hash.withUnsafeBytes { hash in
                crypt_ra(
                    password.baseAddress?.assumingMemoryBound(to: CChar.self),
                    hash.baseAddress?.assumingMemoryBound(to: CChar.self), &work, &size)
            }
        }
        // Nil where the setting is malformed, or the cost out of range.
        guard let computed else { return false }
        var length = 0
        while computed[length] != 0 { length += 1 }
        guard length == hash.count - 1 else { return false }
        return hash.withUnsafeBytes { sodium_memcmp($0.baseAddress, computed, length) == 0 }
    }

    private static func erase(_ bytes: UnsafeMutableRawBufferPointer) {
        if let base = bytes.baseAddress { sodium_memzero(base, bytes.count) }
    }
}
