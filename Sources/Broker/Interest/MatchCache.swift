/// Remembers who gets messages on which subject, for the subjects that were used last.
///
/// A table with one place per hash: an answer that falls on a taken place replaces it. The subject's bytes are compared
/// on every hit; a hash alone never decides. The hash is seeded anew in each process, so that nobody can choose
/// subjects that crowd each other out.
struct MatchCache {
    private static let places = 4096
    /// Most receivers in all answers together: many subjects with very many receivers each are not worth the memory.
    private static let budget = 1 << 19

    private struct Place {
        var generation: UInt64
        var subject: [UInt8]
        var match: Interest.Match
    }

    private var table: [Place?] = []
    private var receivers = 0
    private var generation: UInt64 = 0
    private var sweptGeneration: UInt64 = 0
    private let seed = UInt64.random(in: .min ... .max)

    /// Makes every answer so far void.
    mutating func invalidate() {
        generation &+= 1
    }

    /// Lets go of void answers, so that they keep no closed connection alive.
    mutating func sweep() {
        guard sweptGeneration != generation else { return }
        sweptGeneration = generation
        for index in table.indices {
            guard let place = table[index], place.generation != generation else { continue }
            receivers -= place.match.size
            table[index] = nil
        }
    }

    @inline(__always)
    func find(_ subject: Span<UInt8>) -> Interest.Match? {
        guard !table.isEmpty, let place = table[index(subject)], place.generation == generation,
            place.subject.count == subject.count
        else { return nil }
        for index in 0..<subject.count where place.subject[index] != subject[index] { return nil }
        return place.match
    }

    mutating func keep(_ match: Interest.Match, for subject: Span<UInt8>) {
        let size = match.size
        guard size <= Self.budget else { return }
        if table.isEmpty || receivers + size > Self.budget {
            table = [Place?](repeating: nil, count: Self.places)
            receivers = 0
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(subject.count)
        for index in 0..<subject.count { bytes.append(subject[index]) }
        let index = index(subject)
        receivers += size - (table[index]?.match.size ?? 0)
        table[index] = Place(generation: generation, subject: bytes, match: match)
    }

    @inline(__always)
    private func index(_ subject: Span<UInt8>) -> Int {
        var value = seed
        for index in 0..<subject.count { value = (value ^ UInt64(subject[index])) &* 0x9e37_79b9_7f4a_7c15 }
        value ^= value >> 32
        return Int(truncatingIfNeeded: value & UInt64(Self.places - 1))
    }
}
