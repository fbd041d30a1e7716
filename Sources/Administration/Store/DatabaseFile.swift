import Glibc

/// What a database's file says of itself, before SQLite is let near it.
///
/// SQLite finds out by itself that pages are missing, but not that the last one was cut: it goes on with what it reads as
/// zeroes there, and would write them back.
enum DatabaseFile {
    private static let headerCount = 100
    private static let magic = Array("SQLite format 3\0".utf8)

    /// Whether the file is shorter than it was when it was last written.
    static func isCutOff(_ path: String) -> Bool {
        // While somebody carries the journal over, or was interrupted in that, the file may be behind what it says. So
        // it counts only if there is no journal, before a second look and after it.
        isShort(path) && !hasJournal(path) && isShort(path) && !hasJournal(path)
    }

    /// Whether there is a journal of either kind: the other one than `-wal` is that of the very first change.
    private static func hasJournal(_ path: String) -> Bool {
        ["-wal", "-journal"].contains { ending in
            var status = stat()
            return stat(path + ending, &status) == 0 && status.st_size > 0
        }
    }

    private static func isShort(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        var header = [UInt8](repeating: 0, count: headerCount)
        guard fstat(descriptor, &status) == 0, pread(descriptor, &header, headerCount, 0) == headerCount else {
            // Too short for a header: SQLite says what is wrong with that.
            return false
        }
        func number(_ offset: Int, _ count: Int) -> Int {
            header[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
        }
        // The number of pages counts if it was written together with the last change.
        guard header.starts(with: magic), number(24, 4) == number(92, 4) else { return false }
        let pageSize = number(16, 2) == 1 ? 65_536 : number(16, 2)
        return Int(status.st_size) < pageSize * number(28, 4)
    }
}
