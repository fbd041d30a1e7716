public import NKeys

/// A log in segments of 65,536 records, each a file of one record a line beside a file of their hashes, for the one who
/// writes it. Confined to whoever owns it.
///
/// Nothing is signed that is not on the disk: a checkpoint covers what was synchronised before.
public final class SegmentedLog<Storage: LogStorage> {
    public let storage: Storage
    public private(set) var description: LogDescription
    public let id: LogID
    let key: AuditKey
    private let pair: KeyPair
    /// All records that have their place.
    public private(set) var tree: MerkleTree
    /// The roots of the whole segments, as leaves of a tree of their own.
    private var segments: MerkleTree
    /// The hashes of the present segment's records.
    private var leaves: [TreeHash] = []
    /// How much of the present segment's file is written.
    private var writtenSize: Int64 = 0
    private var writtenLeaves = 0
    /// What has its place in the present segment, and is not in the file yet.
    private var buffer: [UInt8] = []
    /// What has been appended and has no place yet.
    private var queue: [Entry] = []
    /// The words of the present segment, for its index.
    private var words: Set<UInt64>
    private var isSynchronised = true
    /// The size of the last checkpoint.
    public private(set) var signedSize: Int64 = 0

    private struct Entry {
        let bytes: [UInt8]
        let words: [UInt64]
    }

    /// A log as recovery found it, or an empty one.
    init(
        storage: Storage, description: LogDescription, pair: KeyPair, key: AuditKey, segments: MerkleTree,
        leaves: [TreeHash], words: Set<UInt64>, writtenSize: Int64, signedSize: Int64
    ) {
        (self.storage, self.description, self.pair, self.key) = (storage, description, pair, key)
        id = LogID(genesis: pair.publicKey)
        (self.segments, self.leaves, self.words, self.writtenSize) = (segments, leaves, words, writtenSize)
        (writtenLeaves, self.signedSize) = (leaves.count, signedSize)
        tree = Self.tree(segments, leaves, storage.segmentSize)
    }

    static func tree(_ segments: MerkleTree, _ leaves: [TreeHash], _ segmentSize: Int64) -> MerkleTree {
        // A segment's tree is whole, so its root is a node of the tree of all.
        let size = segments.size * segmentSize
        var tree = MerkleTree(size: size, frontier: segments.frontier) ?? MerkleTree()
        for leaf in leaves { tree.append(leaf) }
        return tree
    }

    /// The index that the next record gets.
    public var nextIndex: Int64 { tree.size + Int64(queue.count) }

    private var segment: Int { Int(segments.size) }

    // MARK: Writing

    /// Adds a record at the end, under this log's id and the next index. It is in the file after ``write()``.
    public func append(_ record: DecisionRecord) {
        var record = record
        (record.log, record.index) = (id.text, nextIndex)
        let (bytes, isWhole) = record.encode()
        // The index is one of what can be read.
        let read = isWhole ? record : (try? DecisionRecord(bytes: bytes)) ?? record
        queue.append(Entry(bytes: bytes, words: RecordWord.words(of: read).map(\.hash)))
    }

    /// Whether anything waits to be written.
    public var isWaiting: Bool { !queue.isEmpty || !buffer.isEmpty }

    /// Writes what was appended to the files. May be done again after an error.
    public func write() throws {
        var placed = 0
        defer { queue.removeFirst(placed) }
        for entry in queue {
            if leaves.count == Int(storage.segmentSize) { try closeSegment() }
            let leaf = TreeHash.leaf(entry.bytes)
            leaves.append(leaf)
            tree.append(leaf)
            words.formUnion(entry.words)
            buffer.append(contentsOf: entry.bytes)
            buffer.append(UInt8(ascii: "\n"))
            placed += 1
        }
        try writeBuffer()
    }

    private func writeBuffer() throws {
        guard !buffer.isEmpty else { return }
        isSynchronised = false
        try storage.write(buffer, to: SegmentFile.records(segment), at: writtenSize)
        let hashes = leaves[writtenLeaves...].flatMap(\.bytes)
        try storage.write(hashes, to: SegmentFile.tiles(segment), at: Int64(writtenLeaves * TreeHash.count))
        writtenSize += Int64(buffer.count)
        writtenLeaves = leaves.count
        buffer.removeAll(keepingCapacity: true)
    }

    /// Whether there are records that a crash of the machine could take away.
    public var needsSynchronising: Bool { !isSynchronised || isWaiting }

    /// Returns when everything that was appended is on the disk.
    public func synchronise() throws {
        try write()
        try synchroniseSegment()
    }

    private func synchroniseSegment() throws {
        try writeBuffer()
        guard !isSynchronised else { return }
        try storage.synchronise(SegmentFile.records(segment))
        try storage.synchronise(SegmentFile.tiles(segment))
        isSynchronised = true
    }

    /// Signs everything that was appended, after putting it on the disk.
    ///
    /// - Parameters:
    ///   - others: what is known of other logs.
    ///   - isKept: whether the checkpoint is kept when later ones come.
    public func sign(others: [Checkpoint.Mention] = [], isKept: Bool = false) throws {
        try synchronise()
        try signSegment(others, isKept: isKept)
    }

    private func signSegment(_ others: [Checkpoint.Mention], isKept: Bool) throws {
        let checkpoint = Checkpoint(origin: key.name, tree: tree, others: others)
        let note = Array(try checkpoint.signed(as: key, with: pair).description.utf8)
        if isKept { try storage.replace(SegmentFile.checkpoint(tree.size), with: note) }
        try storage.replace(SegmentFile.checkpoint, with: note)
        signedSize = tree.size
    }

    /// Ends the present segment: adds the upper tiles, signs, and builds the index.
    private func closeSegment() throws {
        try synchroniseSegment()
        try signSegment([], isKept: true)
        let tops = Self.tops(of: leaves)
        try storage.write(
            tops.flatMap(\.bytes), to: SegmentFile.tiles(segment),
            at: storage.segmentSize * Int64(TreeHash.count))
        try storage.synchronise(SegmentFile.tiles(segment))
        try storage.replace(SegmentFile.index(segment), with: SegmentIndex.bytes(of: words))
        segments.append(MerkleTree.root(of: tops.dropLast()))
        leaves.removeAll(keepingCapacity: true)
        words = []
        (writtenSize, writtenLeaves) = (0, 0)
    }

    /// The roots of a whole segment's tiles, and its root.
    static func tops(of leaves: [TreeHash]) -> [TreeHash] {
        let roots = stride(from: 0, to: leaves.count, by: SegmentFile.tileWidth).map { start in
            MerkleTree.root(of: leaves[start..<min(start + SegmentFile.tileWidth, leaves.count)])
        }
        return roots + [MerkleTree.root(of: roots)]
    }

    // MARK: Opening and closing

    /// Says that a broker writes to the log from now on.
    public func begin(boot: String, handOff: Int64) throws {
        (description.boot, description.handOff) = (boot, handOff)
        try storage.replace(SegmentFile.description, with: description.bytes)
    }

    /// Signs everything and says that nobody writes to the log any more.
    public func end(others: [Checkpoint.Mention] = []) throws {
        try sign(others: others, isKept: true)
        description.boot = nil
        try storage.replace(SegmentFile.description, with: description.bytes)
    }
}
