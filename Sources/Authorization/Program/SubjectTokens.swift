/// A subject, or the beginning of a pattern, cut into its tokens: one walk over the bytes, before any rule is looked at.
///
/// The marks of the first tokens lie in place, so that nothing is allocated; further tokens are cut again whenever they
/// are needed, which rules that go so deep pay for when they are compiled (see ``ProgramLimits``).
struct SubjectTokens {
    struct Mark {
        /// Where the token ends, in bytes from the start of the subject.
        var end: UInt32 = 0
        /// A hash of all its bytes under the program's seed.
        var hash: UInt32 = 0
        /// Its first eight bytes, padded with zeros.
        var key: UInt64 = 0
    }

    /// How many tokens have marks: most subjects have fewer, and more would only be moved about.
    static let capacity = 16

    /// All tokens, also those without marks.
    private(set) var count = 0
    /// Whether one of the tokens is empty. Such a text is no subject: wildcards do not match it, whatever token they stand
    /// for (as `nats-server` 2.15.1 decides about publishing to `a..b`).
    private(set) var hasEmptyToken = false
    let seed: UInt64
    private var marks = InlineArray<16, Mark>(repeating: Mark())

    /// - Parameter isEmpty: whether there is no token at all, as before the `>` of the pattern `>`. Otherwise an empty
    ///   text is one empty token.
    init(_ subject: Span<UInt8>, seed: UInt64, isEmpty: Bool = false) {
        self.seed = seed
        guard !isEmpty else { return }
        var hash = TokenHash(seed)
        var start = 0
        for index in 0..<subject.count {
            let byte = subject[index]
            if byte != UInt8(ascii: ".") {
                hash.add(byte)
            } else {
                if index == start { hasEmptyToken = true }
                start = index + 1
                append(&hash, end: index)
                if count == Self.capacity {
                    countRest(subject, from: start)
                    return
                }
            }
        }
        if start == subject.count { hasEmptyToken = true }
        append(&hash, end: subject.count)
    }

    /// The same, with empty tokens that `>` stands for as for any other.
    func allowingEmptyTokens() -> SubjectTokens {
        var tokens = self
        tokens.hasEmptyToken = false
        return tokens
    }

    private mutating func append(_ hash: inout TokenHash, end: Int) {
        marks[count] = Mark(end: UInt32(truncatingIfNeeded: end), hash: hash.finish(), key: hash.key)
        count += 1
        hash = TokenHash(seed)
    }

    private mutating func countRest(_ subject: Span<UInt8>, from first: Int) {
        count += 1
        var start = first
        for index in first..<subject.count where subject[index] == UInt8(ascii: ".") {
            if index == start { hasEmptyToken = true }
            start = index + 1
            count += 1
        }
        if start == subject.count { hasEmptyToken = true }
    }

    /// The token at a depth that begins at a byte.
    @inline(__always)
    func mark(_ depth: Int, start: Int, in subject: Span<UInt8>) -> Mark {
        depth < Self.capacity ? marks[depth] : cut(start, subject)
    }

    @inline(never)
    private func cut(_ start: Int, _ subject: Span<UInt8>) -> Mark {
        var hash = TokenHash(seed)
        var end = start
        while end < subject.count, subject[end] != UInt8(ascii: ".") {
            hash.add(subject[end])
            end += 1
        }
        return Mark(end: UInt32(truncatingIfNeeded: end), hash: hash.finish(), key: hash.key)
    }

    /// Where the token at a depth begins, given where the one behind it does.
    @inline(__always)
    func start(_ depth: Int, before next: Int, in subject: Span<UInt8>) -> Int {
        if depth == 0 { return 0 }
        if depth <= Self.capacity { return Int(marks[depth - 1].end) + 1 }
        var index = next - 1
        while index > 0, subject[index - 1] != UInt8(ascii: ".") { index -= 1 }
        return index
    }
}

/// A hash of a token's bytes, eight at a time. Rules are compared by their bytes in the end; the hash only says where to
/// look. The seed is chosen per program so that no place is crowded, whatever tokens the rules were written with.
struct TokenHash {
    private(set) var key: UInt64 = 0
    private var state: UInt64
    private var word: UInt64 = 0
    private var count = 0

    init(_ seed: UInt64) {
        state = seed
    }

    @inline(__always)
    mutating func add(_ byte: UInt8) {
        word |= UInt64(byte) &<< UInt64((count & 7) &* 8)
        count &+= 1
        if count & 7 == 0 { takeWord() }
    }

    @inline(__always)
    private mutating func takeWord() {
        if count <= 8 { key = word }
        state = Self.mix(state ^ word)
        word = 0
    }

    @inline(__always)
    mutating func finish() -> UInt32 {
        if count < 8 { key = word }
        let mixed = Self.mix(state ^ word ^ UInt64(truncatingIfNeeded: count) &* 0x9e37_79b9_7f4a_7c15)
        return UInt32(truncatingIfNeeded: mixed ^ (mixed &>> 32))
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
        return high ^ low
    }

    static func of(_ bytes: [UInt8], seed: UInt64) -> (hash: UInt32, key: UInt64) {
        var hash = TokenHash(seed)
        for byte in bytes { hash.add(byte) }
        let result = hash.finish()
        return (result, hash.key)
    }
}
