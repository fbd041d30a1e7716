/// Numbers for tokens, in the order in which they came: equal bytes have equal numbers.
///
/// A token is hashed once when it is asked for, all of its bytes together, and not again when the table grows.
struct TokenNumbers: Sendable {
    private(set) var tokens: [[UInt8]] = []
    private var hashes: [Int] = []
    /// Numbers by their tokens' hashes, each in the first free slot from there on; -1 is a free one. A power of two, at
    /// least half of them free.
    private var slots: [Int] = []

    func number(of token: [UInt8]) -> Int? {
        guard !slots.isEmpty else { return nil }
        let number = slots[slot(of: token, hash: Self.hash(token))]
        return number < 0 ? nil : number
    }

    /// The token's number; the next one for a new token.
    mutating func number(adding token: [UInt8]) -> Int {
        if tokens.count >= slots.count / 2 { grow() }
        let hash = Self.hash(token)
        let slot = slot(of: token, hash: hash)
        if slots[slot] >= 0 { return slots[slot] }
        slots[slot] = tokens.count
        tokens.append(token)
        hashes.append(hash)
        return slots[slot]
    }

    private static func hash(_ token: [UInt8]) -> Int {
        var hasher = Hasher()
        token.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// Where the token is, or would be.
    private func slot(of token: [UInt8], hash: Int) -> Int {
        var slot = hash & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = slots[slot]
            if hashes[number] == hash, tokens[number] == token { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        slots = [Int](repeating: -1, count: max(16, slots.count * 2))
        for (number, hash) in hashes.enumerated() {
            var slot = hash & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = number
        }
    }
}
