import Audit

/// The audit log while several changes of one transaction write it: opened and checked once, and set back where a change is
/// undone.
final class SharedAuditLog {
    private var log: AuditLog?
    private var others: [Checkpoint.Mention]?

    /// The log for one change.
    func open(for change: Change) throws -> AuditLog {
        if let log { return log }
        let opened = try AuditLog(database: change.database, keyring: change.keyring)
        // A log that begins with a change is gone if that is undone.
        if !opened.isNew { log = opened }
        return opened
    }

    /// What is known of other logs, as it was when the first of the changes asked.
    func mentions(in home: Home) -> [Checkpoint.Mention] {
        if let others { return others }
        let found = LogFolder.mentions(in: home.logsPath, besides: AuditLog.name)
        others = found
        return found
    }

    /// Where the log stands; nil before it is opened.
    var mark: MerkleTree? { log?.mark }

    /// Sets the log back to where it stood.
    func goBack(to mark: MerkleTree?) {
        if let mark { log?.goBack(to: mark) } else { log = nil }
    }
}
