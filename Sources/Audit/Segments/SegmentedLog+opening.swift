public import NKeys

extension SegmentedLog {
    /// Opens a log, or makes it.
    ///
    /// What a crash left half-written at the end is cut off. What was signed must be there as it was.
    ///
    /// - Parameters:
    ///   - name: the log's, such as `broker-n1`.
    ///   - pair: the key that signs it.
    /// - Throws: ``AuditError`` of code `logDamaged` where the files are not what was signed; what the storage throws.
    public static func open(_ storage: Storage, name: String, pair: KeyPair) throws -> SegmentedLog {
        let id = LogID(genesis: pair.publicKey)
        let key = try AuditKey(name: id.origin(of: name), publicKey: pair.publicKey)
        var description = LogDescription(name: name, id: id.text, key: key.verifierKey)
        let present = try storage.readAll(SegmentFile.description, atMost: 4_096)
        if let present {
            guard let read = LogDescription(present) else { throw damaged("its log.json cannot be read") }
            guard read.id == description.id, read.name == name, read.key == description.key else {
                throw damaged("its log.json is about another log, or another key signs it")
            }
            description = read
        }
        let last = try segmentCount(storage) - 1
        guard present != nil || last < 0 else { throw damaged("its log.json is missing") }
        var segments = MerkleTree()
        for number in 0..<max(last, 0) { segments.append(try root(of: number, storage)) }
        let (leaves, words, size) = try records(of: last, storage)
        let signed = try checkpoint(storage, key)
        try check(signed, segments, leaves, storage.segmentSize)
        if last >= 0 {
            try storage.truncate(SegmentFile.records(last), to: size)
            try storage.write(leaves.flatMap(\.bytes), to: SegmentFile.tiles(last), at: 0)
            try storage.truncate(SegmentFile.tiles(last), to: Int64(leaves.count * TreeHash.count))
            try storage.synchronise(SegmentFile.records(last))
            try storage.synchronise(SegmentFile.tiles(last))
        }
        return SegmentedLog(
            storage: storage, description: description, pair: pair, key: key, segments: segments, leaves: leaves,
            words: words, writtenSize: size, signedSize: signed?.size ?? 0)
    }

    static func damaged(_ what: String) -> AuditError { AuditError(.logDamaged, "the log was altered: \(what)") }

    /// Segments have the numbers from 0 on.
    private static func segmentCount(_ storage: Storage) throws -> Int {
        let numbers = try storage.names(in: nil).compactMap(SegmentFile.number).sorted()
        guard numbers == Array(0..<numbers.count) else { throw damaged("one of its segments is missing") }
        return numbers.count
    }

    /// The root of a whole segment, as its tiles have it.
    private static func root(of number: Int, _ storage: Storage) throws -> TreeHash {
        let name = SegmentFile.tiles(number)
        let offset = SegmentFile.tilesSize(storage.segmentSize) - Int64(TreeHash.count)
        guard try storage.size(of: name) == SegmentFile.tilesSize(storage.segmentSize),
            let root = try storage.read(name, at: offset, count: TreeHash.count).flatMap({ TreeHash($0) })
        else { throw damaged("\(name) is not whole") }
        return root
    }

    /// The hashes and words of the last segment's whole records, and how many bytes these have.
    private static func records(
        of number: Int, _ storage: Storage
    ) throws -> (leaves: [TreeHash], words: Set<UInt64>, size: Int64) {
        guard number >= 0, let bytes = try storage.readAll(SegmentFile.records(number), atMost: SegmentFile.largest)
        else {
            guard number < 0 else { throw damaged("its last segment is longer than any can be") }
            return ([], [], 0)
        }
        var leaves: [TreeHash] = []
        var words: Set<UInt64> = []
        var lines = RecordLines(bytes)
        var size = 0
        let base = Int64(number) * storage.segmentSize
        while let line = lines.next(), leaves.count < Int(storage.segmentSize) {
            let record = Array(bytes[line])
            guard let read = try? DecisionRecord(bytes: record), read.index == base + Int64(leaves.count) else { break }
            leaves.append(.leaf(record))
            words.formUnion(RecordWord.words(of: read).map(\.hash))
            size = line.upperBound + 1
        }
        return (leaves, words, Int64(size))
    }

    private static func checkpoint(_ storage: Storage, _ key: AuditKey) throws -> Checkpoint? {
        guard let note = try storage.readAll(SegmentFile.checkpoint, atMost: 64 << 10) else { return nil }
        return try Checkpoint(note: String(decoding: note, as: UTF8.self), signedByOneOf: [key])
    }

    /// Nothing is built on records that are not those that were signed last.
    private static func check(_ signed: Checkpoint?, _ segments: MerkleTree, _ leaves: [TreeHash], _ segmentSize: Int64)
        throws
    {
        guard let signed else {
            guard segments.size == 0 else { throw damaged("its checkpoint is missing") }
            return
        }
        let whole = segments.size * segmentSize
        guard signed.size <= whole + Int64(leaves.count) else {
            throw damaged("\(signed.size) records were signed, and \(whole + Int64(leaves.count)) are there")
        }
        guard signed.size >= whole,
            tree(segments, Array(leaves.prefix(Int(signed.size - whole))), segmentSize).root == signed.root
        else { throw damaged("its records are not those that were signed") }
    }
}

/// The whole lines of a file, as ranges without their line feeds.
struct RecordLines {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nil where no further line is whole.
    mutating func next() -> Range<Int>? {
        let start = position
        let end = bytes.withUnsafeBufferPointer { buffer in
            buffer[start...].firstIndex(of: UInt8(ascii: "\n"))
        }
        guard let end else { return nil }
        position = end + 1
        return start..<end
    }

    /// Where the next line begins.
    var offset: Int { position }
}
