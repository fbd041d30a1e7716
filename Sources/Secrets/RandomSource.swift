import CSodium

/// Where random bytes come from. Passed in wherever randomness is needed, so that a test or an entropy file can
/// decide every byte.
public struct RandomSource: Sendable {
    private let fillBytes: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    /// The operating system's generator, through libsodium.
    public static let system = RandomSource { buffer in
        Sodium.ensureReady()
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
        randombytes_buf(base, buffer.count)
    }

    /// A source that calls `fill` with each buffer; `fill` must write every byte of it.
    public init(_ fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
        fillBytes = fill
    }

    /// Overwrites `buffer` with random bytes.
    public func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        fillBytes(buffer)
    }

    /// Random bytes that are not secret: nonces, salts, identifiers. For a key use ``Secret/random(count:from:)``.
    public func bytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            buffer.initialize(repeating: 0)
            fill(UnsafeMutableRawBufferPointer(buffer))
            initializedCount = count
        }
    }
}
