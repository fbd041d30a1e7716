/// The reply subject that the responder to a request from another account sees: `_R_.`, the letter of the shard that keeps
/// the way back, and 19 random letters with a dot behind the fifth: three tokens, as `nats-server` makes them, which
/// permissions and mappings count on. Held in place, so that nothing is allocated for it.
struct Way: Hashable, Sendable {
    static let count = 25
    static let firstLetter = 5
    /// Where the dot stands among the letters.
    static let dot = 10

    let bytes: InlineArray<25, UInt8>

    init(_ bytes: InlineArray<25, UInt8>) {
        self.bytes = bytes
    }

    /// A subject that is as long as one.
    init?(_ subject: Span<UInt8>) {
        guard subject.count == Self.count else { return nil }
        bytes = InlineArray { subject[$0] }
    }

    /// Seven letters are hashed: those of ways that are open are random, and nobody else's.
    func hash(into hasher: inout Hasher) {
        hasher.combine(word(at: Self.firstLetter))
    }

    static func == (one: Way, other: Way) -> Bool {
        one.word(at: 0) == other.word(at: 0) && one.word(at: 8) == other.word(at: 8)
            && one.word(at: 16) == other.word(at: 16) && one.bytes[24] == other.bytes[24]
    }

    private func word(at offset: Int) -> UInt64 {
        bytes.span.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }
}
