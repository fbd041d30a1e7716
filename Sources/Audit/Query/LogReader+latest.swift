/// Some of the latest records of a log.
public struct LatestLines<Line> {
    /// In their order.
    public var lines: [Line] = []
    /// The index that earlier ones come before, where there may be some.
    public var next: Int64?

    public init() {}
}

extension LatestLines: Sendable where Line: Sendable {}

extension LogReader {
    /// The latest records before an index that a filter lets through, from the end back. No more than 16 MiB of records are
    /// looked at: then there may be fewer than `limit`, also none, and still earlier ones.
    public func latest(
        _ limit: Int, before: Int64? = nil, _ filter: DecisionFilter = DecisionFilter()
    ) throws -> LatestLines<Line> {
        var found = LatestLines<Line>()
        var looked = 0
        // What every record of an account has in its bytes, where nothing of it is written otherwise there.
        let word = filter.account.map { Array($0.utf8) } ?? []
        let isPlain = word.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
        for segment in try segments.reversed() {
            if let before, Int64(segment) * storage.segmentSize >= before { continue }
            let index = SegmentIndex.read(for: segment, from: storage)
            if let index, !filter.words.allSatisfy({ index.mayHave($0) }) { continue }
            var blocks = LinesBackwards(storage, SegmentFile.records(segment))
            while let block = try blocks.next() {
                looked += block.bytes.count
                for range in block.lines.reversed() where !isPlain || block.has(word, in: range) {
                    guard let record = try? DecisionRecord(bytes: block.bytes[range]),
                        before.map({ record.index < $0 }) ?? true, filter.includes(record)
                    else { continue }
                    guard found.lines.count < limit else {
                        found.next = found.lines.last?.index
                        found.lines.reverse()
                        return found
                    }
                    found.lines.append(Line(index: record.index, bytes: Array(block.bytes[range]), record: record))
                }
                guard looked < Self.mostLookedAt else {
                    found.next = block.lines.first.flatMap { try? DecisionRecord(bytes: block.bytes[$0]).index }
                    found.lines.reverse()
                    return found
                }
            }
        }
        found.lines.reverse()
        return found
    }

    private static var mostLookedAt: Int { 16 << 20 }
}

/// The lines of a file from its end back, a block at a time.
private struct LinesBackwards<Storage: LogStorage> {
    struct Block {
        let bytes: [UInt8]
        /// The whole lines in it, without their line feeds.
        var lines: [Range<Int>] = []

        /// Whether a line has some bytes in it. Every line has none.
        func has(_ word: [UInt8], in line: Range<Int>) -> Bool {
            guard let first = word.first else { return true }
            guard line.count >= word.count else { return false }
            return bytes.withUnsafeBufferPointer { bytes in
                word.withUnsafeBufferPointer { word in
                    for start in line.lowerBound...(line.upperBound - word.count) where bytes[start] == first {
                        if bytes[start..<start + word.count].elementsEqual(word) { return true }
                    }
                    return false
                }
            }
        }
    }

    private static var blockSize: Int64 { 1 << 20 }

    private let storage: Storage
    private let name: String
    private var end: Int64
    /// The end of a line that begins before what has been read.
    private var rest: [UInt8] = []

    init(_ storage: Storage, _ name: String) {
        (self.storage, self.name) = (storage, name)
        end = ((try? storage.size(of: name)) ?? 0) ?? 0
    }

    mutating func next() throws -> Block? {
        guard end > 0 else { return nil }
        let start = max(0, end - Self.blockSize)
        guard let read = try storage.read(name, at: start, count: Int(end - start)), !read.isEmpty else { return nil }
        end = start
        let bytes = read + rest
        rest = []
        var block = Block(bytes: bytes)
        var lines = RecordLines(bytes)
        // The first line began before, but at the beginning of the file.
        if start > 0 { rest = lines.next().map { Array(bytes[...$0.upperBound]) } ?? [] }
        while let line = lines.next() { block.lines.append(line) }
        return block
    }
}
