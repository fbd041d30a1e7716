/// How the files of a log are called, and how much each holds.
public enum SegmentFile {
    /// The records of a whole segment.
    public static let recordCount: Int64 = 65_536
    /// The leaves of one tile: also how many tiles a whole segment has.
    static let tileWidth = 256
    /// The tiles of a whole segment: its leaves, the roots of its tiles, and its root.
    static func tilesSize(_ recordCount: Int64) -> Int64 {
        (recordCount + recordCount / Int64(tileWidth) + 1) * Int64(TreeHash.count)
    }
    /// More than this no segment can be long: every record ends with a line feed.
    static let largest = Int(recordCount) * (AuditRecord.largest + 1)

    static let checkpoint = "checkpoint"
    static let description = "log.json"

    static func records(_ number: Int) -> String { digits(number) + ".seg" }
    static func tiles(_ number: Int) -> String { digits(number) + ".tiles" }
    static func index(_ number: Int) -> String { digits(number) + ".idx" }
    static func checkpoint(_ size: Int64) -> String { "checkpoints/\(size)" }

    private static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 3 - text.utf8.count)) + text
    }

    /// The number of a segment's file of records; nil for other files.
    static func number(of name: String) -> Int? {
        guard name.hasSuffix(".seg"), let number = Int(name.dropLast(4)), number >= 0, records(number) == name else {
            return nil
        }
        return number
    }
}
