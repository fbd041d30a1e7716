/// The folder of one log, as small as it needs to be: what is done to files, so that tests can do it otherwise.
///
/// Names are such as `000.seg` and `checkpoints/65536`.
public protocol LogStorage: AnyObject {
    /// The records of a whole segment: a power of two, at least 256. ``SegmentFile/recordCount`` but in tests.
    var segmentSize: Int64 { get }

    /// The names of the files in the folder, or in one inside it, in any order; none where it is not there.
    func names(in folder: String?) throws -> [String]

    /// Nil where there is no such file.
    func size(of name: String) throws -> Int64?

    /// What is there from `offset` on, at most `count` bytes; nil where there is no such file.
    func read(_ name: String, at offset: Int64, count: Int) throws -> [UInt8]?

    /// Writes over what is there, and makes the file where it is not. A write that fails may have been done in part; it can
    /// be done again.
    func write(_ bytes: [UInt8], to name: String, at offset: Int64) throws

    func truncate(_ name: String, to size: Int64) throws

    /// Returns when the file's content is on the disk.
    func synchronise(_ name: String) throws

    /// Writes a whole file: a reader sees the old content or the new, also after a crash.
    func replace(_ name: String, with bytes: [UInt8]) throws
}

extension LogStorage {
    public var segmentSize: Int64 { SegmentFile.recordCount }

    /// A whole file of at most so many bytes; nil where there is none, or a larger one.
    func readAll(_ name: String, atMost limit: Int) throws -> [UInt8]? {
        guard let bytes = try read(name, at: 0, count: limit + 1), bytes.count <= limit else { return nil }
        return bytes
    }
}
