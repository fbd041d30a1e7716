/// Which words a whole segment's records have, so that a search can pass over segments that have not what it looks for: a
/// Bloom filter of them, in `NNN.idx`.
///
/// It can be deleted at any time: what has no index is read. It is made from the records alone, so that a check can make it
/// again and compare.
struct SegmentIndex {
    private static let magic = Array("chancery index 1\n".utf8)
    private static let bitsPerWord = 10
    private static let hashCount = 4

    /// The number of bits is a power of two.
    private var bits: [UInt8]

    /// - Parameter words: hashes of them.
    private init(words: Set<UInt64>) {
        var size = 64
        while size < words.count * Self.bitsPerWord { size <<= 1 }
        bits = [UInt8](repeating: 0, count: size / 8)
        for word in words { for bit in positions(of: word) { bits[bit >> 3] |= 1 << UInt8(bit & 7) } }
    }

    private init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: Self.magic) else { return nil }
        bits = Array(bytes.dropFirst(Self.magic.count))
        guard bits.count >= 8, bits.count.nonzeroBitCount == 1 else { return nil }
    }

    private func positions(of word: UInt64) -> [Int] {
        let step = (word >> 32) | 1
        return (0..<UInt64(Self.hashCount)).map { Int(truncatingIfNeeded: (word &+ $0 &* step)) & (bits.count * 8 - 1) }
    }

    /// Whether one of the segment's records may have the word.
    func mayHave(_ word: RecordWord) -> Bool {
        positions(of: word.hash).allSatisfy { bits[$0 >> 3] & (1 << UInt8($0 & 7)) != 0 }
    }

    /// The index of a segment whose records have these words.
    static func bytes(of words: Set<UInt64>) -> [UInt8] { magic + SegmentIndex(words: words).bits }

    /// Nil where there is none, or none that can be read.
    static func read(for segment: Int, from storage: some LogStorage) -> SegmentIndex? {
        guard let bytes = try? storage.readAll(SegmentFile.index(segment), atMost: 16 << 20) else { return nil }
        return SegmentIndex(bytes)
    }
}

/// Something that a record has and that is looked for exactly.
struct RecordWord: Hashable {
    enum Field: UInt8 {
        case kind, outcome, reason, account, user, name, connection, subject
    }

    let field: Field
    let text: String

    /// FNV-1a, 64 bits.
    var hash: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        add(field.rawValue)
        for byte in text.utf8 { add(byte) }
        // The last bytes reach the upper half only a little.
        hash ^= hash >> 29
        return hash &* 0xbf58_476d_1ce4_e5b9
    }

    static func words(of record: DecisionRecord) -> [RecordWord] {
        var words = [
            RecordWord(field: .kind, text: record.kind.rawValue),
            RecordWord(field: .outcome, text: record.outcome.rawValue),
        ]
        func add(_ field: Field, _ text: String?) {
            if let text { words.append(RecordWord(field: field, text: text)) }
        }
        add(.reason, record.reason)
        add(.account, record.who?.account)
        add(.user, record.who?.user)
        add(.name, record.who?.name)
        add(.connection, record.connection.map { String($0.id) })
        add(.subject, record.subject?.text)
        for sample in record.repeats?.samples ?? [] { add(.subject, sample.text) }
        return words
    }
}
