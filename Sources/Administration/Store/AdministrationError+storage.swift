import GRDB

extension AdministrationError {
    /// What every remedy here ends with: it is about one change.
    private static let unchanged = "nothing was changed"

    /// The same failure where it came between the steps of an apply or an undo: these are changes of their own, and what
    /// was stored before stays.
    func inTheMiddle(of kind: PolicyRun.Kind) -> AdministrationError {
        let end = "; \(Self.unchanged)"
        guard let remedy, remedy.hasSuffix(end) else { return self }
        let back = kind == .apply ? ", and \"chancery policy undo\" goes back" : ""
        return AdministrationError(
            code, "\(message), and the \(kind.rawValue) that has begun is not finished",
            remedy: remedy.dropLast(end.count) + ": \"chancery policy apply --resume\" goes on\(back)")
    }

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
                remedy: "free some space and try again; \(Self.unchanged)")
        case .SQLITE_IOERR:
            self.init(
                .storageFailed, "the directory's database cannot be read or written: \(said)",
                remedy:
                    "free some space if the disk is full, see whether it works, and whether files may grow (ulimit -f); "
                    + Self.unchanged)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .storageFailed, "the directory's database cannot be opened or written: \(said)",
                remedy:
                    "see who owns the folder and its files, and whether the disk can be written; \(Self.unchanged)")
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
            remedy: "try again, or see which process does not come to an end; \(Self.unchanged)")
    }

    /// The database is not what was stored.
    init(damaged reason: String) {
        self.init(
            .storageFailed, "the directory's database is damaged: \(reason)",
            remedy: "restore it from a backup with \"chancery restore\"; \(Self.unchanged)")
    }

    /// A row that cannot be what was stored.
    static var damagedRow: AdministrationError { AdministrationError(damaged: "it holds a row that cannot be read") }
}
