import GRDB

extension AdministrationError {
    /// What a failure of the database means. The message holds SQLite's own text, never the statement or its arguments.
    ///
    /// - Parameter patience: how long a change waits for others, in seconds.
    init(storage error: DatabaseError, patience: Double) {
        let said = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(busy: patience)
        case .SQLITE_FULL:
            self.init(
                .storageFailed, "the disk that the directory is on is full",
                remedy: "free some space and try again; nothing was changed")
        case .SQLITE_IOERR:
            self.init(
                .storageFailed, "the directory's database cannot be read or written: \(said)",
                remedy:
                    "free some space if the disk is full, see whether it works, and whether files may grow (ulimit -f); "
                    + "nothing was changed")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .storageFailed, "the directory's database cannot be opened or written: \(said)",
                remedy:
                    "see who owns the folder and its files, and whether the disk can be written; nothing was changed")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(damaged: said)
        default:
            self.init(.storageFailed, "the directory's database failed: \(said)")
        }
    }

    /// Others were at work for so many seconds.
    init(busy patience: Double) {
        let seconds = patience < 1 ? "a moment" : "\(Int(clamping: Int64(patience.rounded()))) seconds"
        self.init(
            .busy, "the directory is busy: other processes were changing it for \(seconds)",
            remedy: "try again, or see which process does not come to an end; nothing was changed")
    }

    /// The database is not what was stored.
    init(damaged reason: String) {
        self.init(
            .storageFailed, "the directory's database is damaged: \(reason)",
            remedy: "restore it from a backup with \"chancery restore\"; nothing was changed")
    }

    /// A row that cannot be what was stored.
    static var damagedRow: AdministrationError { AdministrationError(damaged: "it holds a row that cannot be read") }
}
