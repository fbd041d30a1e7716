/// A fast hash of subjects and tokens, keyed anew in each process, so that nobody can choose subjects that fall on the
/// same places. It only finds candidates: bytes are compared wherever a match decides anything.
struct SubjectHash: Sendable {
    private let seed: UInt64

    private static let step: UInt64 = 0xa076_1d64_78bd_642f
    private static let finish: UInt64 = 0xe703_7ed1_a0b4_28db

    init() {
        seed = .random(in: .min ... .max)
    }

    @inline(__always)
    func callAsFunction(_ bytes: Span<UInt8>) -> UInt64 {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// Eight bytes at a time; the last ones are read together with those before them.
    @inline(__always)
    private func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        var value = seed ^ UInt64(truncatingIfNeeded: count)
        if count >= 8 {
            var position = 0
            while position + 8 < count {
                value = Self.mix(value ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self), Self.step)
                position += 8
            }
            value ^= bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else {
            var rest: UInt64 = 0
            for byte in bytes { rest = rest << 8 | UInt64(byte) }
            value ^= rest
        }
        return Self.mix(Self.mix(value, Self.step), Self.finish)
    }

    /// Both halves of the product, folded together.
    @inline(__always)
    private static func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let (high, low) = one.multipliedFullWidth(by: other)
        return high ^ low
    }
}

/// Whether two stretches hold the same bytes.
@inline(__always)
func areEqual(_ one: [UInt8], _ other: Span<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    return one.withUnsafeBytes { one in other.withUnsafeBytes { other in areEqual(one, other) } }
}

/// Eight bytes at a time, for stretches of the same length.
@inline(__always)
private func areEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    let count = one.count
    guard count >= 8 else {
        for index in 0..<count where one[index] != other[index] { return false }
        return true
    }
    var position = 0
    while position + 8 < count {
        guard word(one, position) == word(other, position) else { return false }
        position += 8
    }
    return word(one, count - 8) == word(other, count - 8)
}

@inline(__always)
private func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
}
