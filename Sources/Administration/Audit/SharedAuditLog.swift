import Audit

/// The audit log while several changes of one transaction write it: opened and checked once, set back where a change is
/// undone, and signed once, for all that is left.
final class SharedAuditLog {
    private var log: AuditLog?

    /// The log for one change.
    func open(for change: Change) throws -> AuditLog {
        if let log { return log }
        let opened = try AuditLog(database: change.database, keyring: change.keyring)
        // A log that begins with a change is gone if that is undone.
        if !opened.isNew { log = opened }
        return opened
    }

    /// Stores and signs what the changes have recorded: the last thing in their transaction.
    ///
    /// - Returns: the checkpoint; nil where nothing was recorded, or nothing that is not signed yet.
    func close(in home: Home) throws -> String? {
        try log?.close(others: LogFolder.mentions(in: home.logsPath, besides: AuditLog.name))
    }

    /// Where the log stands; nil before it is opened.
    var mark: MerkleTree? { log?.mark }

    /// Sets the log back to where it stood.
    func goBack(to mark: MerkleTree?) {
        if let mark { log?.goBack(to: mark) } else { log = nil }
    }
}
