/// Remembers who gets messages on which subject, for the subjects that were used last.
///
/// A table with one place per hash: an answer that falls on a taken place replaces it. The subject's bytes are compared
/// on every hit; a hash alone never decides.
struct MatchCache {
    private static let places = 8192
    /// Most receivers in all answers together: many subjects with very many receivers each are not worth the memory.
    private static let budget = 1 << 19

    private var table: [Match?] = []
    private(set) var receivers = 0
    /// How many answers there are, void ones included, and the most receivers that one of them had.
    private(set) var count = 0
    private(set) var largest = 0
    private(set) var generation: UInt64 = 0
    private var sweptGeneration: UInt64 = 0

    /// Makes every answer so far void.
    mutating func invalidate() {
        generation &+= 1
    }

    /// Lets go of void answers, so that they keep no closed connection alive.
    mutating func sweep() {
        guard sweptGeneration != generation else { return }
        sweptGeneration = generation
        for index in table.indices {
            guard let match = table[index], match.generation != generation else { continue }
            receivers -= match.size
            count -= 1
            table[index] = nil
        }
    }

    @inline(__always)
    func find(_ subject: Span<UInt8>, _ hash: UInt64) -> Match? {
        guard !table.isEmpty, let match = table[Self.place(hash)], match.hash == hash,
            match.generation == generation, areEqual(match.subject, subject)
        else { return nil }
        return match
    }

    mutating func keep(_ match: Match) {
        let size = match.size
        guard size <= Self.budget else { return }
        if table.isEmpty || receivers + size > Self.budget {
            table = [Match?](repeating: nil, count: Self.places)
            receivers = 0
            count = 0
            largest = 0
        }
        let place = Self.place(match.hash)
        receivers += size - (table[place]?.size ?? 0)
        if table[place] == nil { count += 1 }
        largest = max(largest, size)
        table[place] = match
    }

    @inline(__always)
    private static func place(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash & UInt64(places - 1))
    }
}
