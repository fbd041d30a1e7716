import CSodium

/// Bytes that must not leak: a seed, a private key, a password, a token.
///
/// They live in guarded memory that is locked into RAM where the system allows it and zeroed at the end. A secret
/// never describes its content: not in a log, a debugger's print or a mirror. Equality takes the same time wherever
/// two secrets of one length differ.
public final class Secret: Sendable, Equatable, CustomReflectable {
    /// The number of bytes.
    public let count: Int

    // Safe to share: this object owns the slot alone from `init` to `deinit`, writes it only in `init`, before
    // anybody else can see the object, and in `deinit`, after the last use. In between it is only read.
    nonisolated(unsafe) private let slot: UnsafeMutableRawPointer

    /// A secret of `count` bytes, written by `fill` straight into guarded memory (zero before).
    ///
    /// A negative count is taken as 0. When `fill` throws, what it wrote is zeroed.
    public init<Failure: Error>(
        count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        self.count = max(0, count)
        slot = SecretSlab.take(self.count)
        try fill(UnsafeMutableRawBufferPointer(start: slot, count: self.count))
    }

    /// A copy of `bytes`. The original is the caller's to erase; see ``init(erasing:)``.
    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// A copy of `bytes`. The original is the caller's to erase; see ``init(erasing:)``.
    public convenience init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Moves `bytes` into guarded memory: copies, then overwrites the array with zeros and empties it.
    ///
    /// The zeros reach the caller's memory only if nobody else holds a copy of the same array.
    public convenience init(erasing bytes: inout [UInt8]) {
        self.init(copying: bytes)
        bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { sodium_memzero(base, buffer.count) }
        }
        bytes.removeAll()
    }

    /// A secret of `count` random bytes.
    public static func random(count: Int, from random: RandomSource = .system) -> Secret {
        Secret(count: count) { random.fill($0) }
    }

    deinit {
        SecretSlab.giveBack(slot, count)
    }

    /// Lends the bytes for the duration of `body`. The pointer must not escape, and neither should copies.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: slot, count: count))
    }

    public static func == (one: Secret, other: Secret) -> Bool {
        one.withBytes { one in other.withBytes { other in constantTimeEquals(one, other) } }
    }

    /// Empty: `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
