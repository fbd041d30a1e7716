/// A log that is read: where its segments are, and their records.
public struct LogReader<Storage: LogStorage> {
    public let storage: Storage
    public let description: LogDescription

    /// - Throws: ``AuditError`` of code `logDamaged` where the folder holds no log; what the storage throws.
    public init(_ storage: Storage) throws {
        guard let description = try LogDescription.read(from: storage) else {
            throw AuditError(.logDamaged, "there is no log: its log.json is missing or cannot be read")
        }
        (self.storage, self.description) = (storage, description)
    }

    /// The numbers of the segments, in order.
    public var segments: [Int] {
        get throws { try storage.names(in: nil).compactMap(SegmentFile.number).sorted() }
    }

    /// One stored record.
    public struct Line: Sendable {
        /// Its place in the log by where it stands.
        public let index: Int64
        public let bytes: [UInt8]
        /// What it says; nil where that cannot be read.
        public let record: DecisionRecord?
    }

    /// The records of a segment that a filter lets through, in order.
    public func lines(of segment: Int, _ filter: DecisionFilter = DecisionFilter()) throws -> [Line] {
        if let index = SegmentIndex.read(for: segment, from: storage),
            !filter.words.allSatisfy({ index.mayHave($0) })
        {
            return []
        }
        guard let bytes = try storage.readAll(SegmentFile.records(segment), atMost: SegmentFile.largest) else {
            return []
        }
        var lines = RecordLines(bytes)
        var found: [Line] = []
        var index = Int64(segment) * storage.segmentSize
        while let range = lines.next() {
            let line = Line(
                index: index, bytes: Array(bytes[range]), record: try? DecisionRecord(bytes: bytes[range]))
            if line.record.map(filter.includes) ?? filter.isEmpty { found.append(line) }
            index += 1
        }
        return found
    }

    /// The record at an index; nil where there is none.
    public func line(at index: Int64) throws -> Line? {
        guard index >= 0, let segment = Int(exactly: index / storage.segmentSize),
            let bytes = try storage.readAll(SegmentFile.records(segment), atMost: SegmentFile.largest)
        else { return nil }
        var lines = RecordLines(bytes)
        for _ in 0..<(index % storage.segmentSize) where lines.next() == nil { return nil }
        return lines.next().map {
            Line(index: index, bytes: Array(bytes[$0]), record: try? DecisionRecord(bytes: bytes[$0]))
        }
    }

    /// What came behind a place in a segment's file: whole lines only.
    ///
    /// - Parameter offset: in bytes; moved behind what is returned.
    public func newLines(of segment: Int, from offset: inout Int64) throws -> [[UInt8]] {
        let most = 4 << 20
        guard let bytes = try storage.read(SegmentFile.records(segment), at: offset, count: most) else { return [] }
        var lines = RecordLines(bytes)
        var found: [[UInt8]] = []
        while let range = lines.next() { found.append(Array(bytes[range])) }
        offset += Int64(lines.offset)
        return found
    }

    /// How long a segment's file is, in bytes; 0 where it is not there.
    public func size(of segment: Int) throws -> Int64 {
        try storage.size(of: SegmentFile.records(segment)) ?? 0
    }
}
