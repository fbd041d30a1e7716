/// One pass over a broker's log: every record, its hash, the tree, every checkpoint, and whether all events are accounted
/// for. It needs the files and, to find a log that was rewritten from its beginning, the key that it began with.
public struct LogVerification<Storage: LogStorage> {
    private let storage: Storage
    private var findings = LogFindings()
    private var key: AuditKey?
    private var tree = MerkleTree()
    private var accounts = EventAccounts()
    /// The checkpoints by their sizes, smallest first, and what they are called.
    private var due: [(checkpoint: Checkpoint, file: String)] = []
    private var passed = 0
    /// The last size at which everything was as it was signed.
    private var anchor: Int64 = 0
    /// The records whose hashes are not those of the tiles, since that anchor.
    private var suspects: [Int64] = []
    /// Whether a checkpoint has been passed that is not in order: no later one can be.
    private var isBroken = false
    /// By how much the indexes that records state are off.
    private var shift: Int64 = 0

    /// Checks a log.
    ///
    /// - Parameters:
    ///   - expectedKey: the verifier key that the log must begin with, as somebody noted it elsewhere; nil takes the one of
    ///     the folder.
    ///   - mentions: what checkpoints of other logs say of this one.
    /// - Throws: what the storage throws.
    public static func run(
        _ storage: Storage, expectedKey: String? = nil, mentions: [Checkpoint.Mention] = []
    ) throws -> LogFindings {
        var verification = LogVerification(storage)
        try verification.run(expectedKey, mentions)
        return verification.findings
    }

    /// What a log's own checkpoints say of other logs, whether or not they are in order.
    public static func mentions(in storage: Storage) throws -> [Checkpoint.Mention] {
        var verification = LogVerification(storage)
        try verification.readDescription(nil)
        try verification.readCheckpoints()
        return verification.findings.mentions
    }

    private init(_ storage: Storage) {
        self.storage = storage
    }

    private mutating func run(_ expectedKey: String?, _ mentions: [Checkpoint.Mention]) throws {
        try readDescription(expectedKey)
        try readCheckpoints()
        for mention in mentions where mention.origin == findings.origin {
            due.append((Checkpoint(of: mention), "another log's checkpoint"))
        }
        due.sort { $0.checkpoint.size < $1.checkpoint.size }
        checkDue()
        let numbers = try storage.names(in: nil).compactMap(SegmentFile.number).sorted()
        for (place, number) in numbers.enumerated() {
            guard number == place else {
                findings.add("the segment \(SegmentFile.records(place)) is missing")
                break
            }
            try checkSegment(number, isLast: number == numbers.last)
        }
        for (checkpoint, file) in due[passed...] {
            findings.add(
                "\(file) says that there were \(checkpoint.size) records: those from \(tree.size) on are missing",
                record: tree.size)
        }
        (findings.records, findings.root) = (tree.size, tree.root)
    }

    // MARK: What is read first

    private mutating func readDescription(_ expectedKey: String?) throws {
        guard let description = try LogDescription.read(from: storage) else {
            return findings.add("log.json is missing or cannot be read")
        }
        (findings.name, findings.id, findings.key) = (description.name, description.id, description.key)
        findings.isOpen = description.boot != nil
        if let expectedKey, expectedKey != description.key {
            findings.add("the log begins with another key than the one that was given")
        }
        guard let key = try? AuditKey(verifierKey: description.key), key.name == findings.origin,
            LogID(genesis: key.publicKey).text == description.id
        else { return findings.add("log.json does not name the key that the log's id is made of") }
        self.key = key
    }

    private mutating func readCheckpoints() throws {
        let kept = try storage.names(in: "checkpoints").map { "checkpoints/\($0)" }
        let names = try kept + (storage.size(of: SegmentFile.checkpoint) == nil ? [] : [SegmentFile.checkpoint])
        for name in names {
            guard let note = try storage.readAll(name, atMost: 64 << 10),
                let text = String(validating: note, as: UTF8.self), let key,
                let checkpoint = try? Checkpoint(note: text, signedByOneOf: [key])
            else {
                findings.add("\(name) is no checkpoint that the log's key has signed")
                continue
            }
            if name != SegmentFile.checkpoint, name != SegmentFile.checkpoint(checkpoint.size) {
                findings.add("\(name) is the checkpoint of \(checkpoint.size) records")
            }
            due.append((checkpoint, name))
            findings.mentions += checkpoint.others
        }
        if !names.contains(SegmentFile.checkpoint), key != nil {
            findings.add("the log's latest checkpoint is missing")
        }
    }

    // MARK: Records

    private mutating func checkSegment(_ number: Int, isLast: Bool) throws {
        guard let bytes = try storage.readAll(SegmentFile.records(number), atMost: SegmentFile.largest) else {
            return findings.add("the segment \(SegmentFile.records(number)) is longer than any can be")
        }
        let tiles =
            try storage.readAll(SegmentFile.tiles(number), atMost: Int(SegmentFile.tilesSize(storage.segmentSize)))
            ?? []
        var lines = RecordLines(bytes)
        var words: Set<UInt64> = []
        var leaves: [TreeHash] = []
        while let range = lines.next() {
            check(Array(bytes[range]), tiles, place: leaves.count, &words, &leaves)
            if leaves.count == Int(storage.segmentSize) { break }
        }
        let rest = bytes.count - lines.offset
        if rest > 0, !isLast || !findings.isOpen {
            findings.add("there is something behind the last record that is none", record: tree.size)
        }
        guard !isLast else {
            // The last one is whole for as long as no record has come after it.
            return checkTiles(
                number, tiles, leaves, isWhole: tiles.count == Int(SegmentFile.tilesSize(storage.segmentSize)))
        }
        guard leaves.count == Int(storage.segmentSize) else {
            return findings.add(
                "\(SegmentFile.records(number)) has \(leaves.count) records and not \(storage.segmentSize)",
                record: tree.size)
        }
        checkTiles(number, tiles, leaves, isWhole: true)
        if let index = try storage.readAll(SegmentFile.index(number), atMost: 16 << 20),
            index != SegmentIndex.bytes(of: words)
        {
            findings.add("\(SegmentFile.index(number)) is not that of the records: delete it")
        }
    }

    private mutating func check(
        _ bytes: [UInt8], _ tiles: [UInt8], place: Int, _ words: inout Set<UInt64>, _ leaves: inout [TreeHash]
    ) {
        let index = tree.size
        let leaf = TreeHash.leaf(bytes)
        leaves.append(leaf)
        let start = place * TreeHash.count
        if start + TreeHash.count <= tiles.count, !tiles[start..<start + TreeHash.count].elementsEqual(leaf.bytes) {
            suspects.append(index)
        }
        tree.append(leaf)
        do throws(AuditError) {
            let record = try DecisionRecord(bytes: bytes)
            words.formUnion(RecordWord.words(of: record).map(\.hash))
            check(record, at: index)
        } catch {
            findings.add(error.message, record: index)
        }
        checkDue()
    }

    private mutating func check(_ record: DecisionRecord, at index: Int64) {
        let offset = record.index.subtractingReportingOverflow(index).partialValue
        if offset != shift {
            findings.add(
                "the record says that it is number \(record.index): one before it is missing, or was moved",
                record: index)
            shift = offset
        }
        if record.log != findings.id { findings.add("the record is one of the log \(record.log)", record: index) }
        let isOpening = record.operation == .logOpen
        if isOpening != (index == 0) || (isOpening && record.object?.id != findings.key) {
            findings.add("the log does not begin with its key, and only there", record: index)
        }
        if let fault = accounts.fault(of: record) { findings.add(fault, record: index) }
        if let lost = record.gap?.lost {
            findings.lost += lost.values.reduce(0, &+)
        } else {
            findings.accounted &+= record.accounted
        }
    }

    /// The tiles hold the hashes of the records; they can be made again from these, so they only help to find which record
    /// was altered.
    private mutating func checkTiles(_ number: Int, _ tiles: [UInt8], _ leaves: [TreeHash], isWhole: Bool) {
        var expected = leaves.flatMap(\.bytes)
        if isWhole { expected += SegmentedLog<Storage>.tops(of: leaves).flatMap(\.bytes) }
        let there = isWhole || !findings.isOpen ? tiles : Array(tiles.prefix(expected.count))
        let isSame = findings.isOpen && !isWhole ? expected.starts(with: there) : there == expected
        let altered = suspects.filter { $0 >= anchor }
        for record in altered {
            findings.add("the record does not have the hash that was stored with it", record: record)
        }
        if !isSame, altered.isEmpty, !isBroken {
            findings.add("\(SegmentFile.tiles(number)) does not hold the hashes of the records")
        }
        suspects = []
    }

    // MARK: Checkpoints

    /// Looks at the checkpoints of as many records as have been read.
    private mutating func checkDue() {
        while passed < due.count, due[passed].checkpoint.size <= tree.size {
            let (checkpoint, file) = due[passed]
            passed += 1
            guard checkpoint.size == tree.size, checkpoint.root != tree.root else {
                if checkpoint.size == tree.size { (anchor, findings.verified) = (tree.size, tree.size) }
                continue
            }
            if suspects.isEmpty, !isBroken {
                findings.add(
                    "the records from \(anchor) to \(tree.size - 1) are not those that were signed (\(file))",
                    record: max(tree.size - 1, 0))
            }
            for suspect in suspects {
                findings.add("the record is not the one that was signed: it was altered", record: suspect)
            }
            suspects = []
            isBroken = true
        }
    }
}

extension Checkpoint {
    /// What another log's checkpoint says of this one.
    fileprivate init(of mention: Mention) {
        (origin, size, root, previous, others) = (mention.origin, mention.size, mention.root, nil, [])
    }
}
