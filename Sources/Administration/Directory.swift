public import Audit
import GRDB
public import Secrets

/// What exists: operators, accounts, users, their keys and every token that was ever issued to them.
///
/// One SQLite database holds it all, shared by any number of processes. Every change runs in ``change(_:dryRun:_:)``,
/// one transaction that takes the write lock before it reads: whoever comes second sees what the first one did, and
/// nothing is ever lost or half done. Readers see one state from beginning to end and never wait for a writer.
public final class Directory: Sendable {
    /// Asks for a passphrase. It may be asked more than once, and then gives the same again.
    public typealias PassphraseSource = @Sendable () throws -> Secret

    /// What a directory needs from outside.
    public struct Surroundings: Sendable {
        /// The time in Unix seconds.
        public var now: @Sendable () -> Int64
        /// Where key material comes from.
        public var random: RandomSource
        /// Who is at work, as the history of tokens records it: for example `local:alice`.
        public var actor: String
        /// The same for the audit log, with more about it; nil to say no more than `actor` does.
        var auditActor: AuditActor?
        /// How long a change waits for the changes of other processes, in seconds.
        public var patience: Double
        /// The same time for the audit log, more precisely and with the time since the machine was started; nil to
        /// record no more than `now` says.
        public var moment: (@Sendable () -> AuditMoment)?
        /// Asks for the keyring's passphrase, where that is its seal; nil where nobody can be asked.
        public var passphrase: PassphraseSource?
        /// Waits for so many seconds; nil where nothing may wait.
        public var pause: (@Sendable (_ seconds: Int64) -> Void)?

        public init(
            now: @escaping @Sendable () -> Int64, random: RandomSource = .system, actor: String,
            patience: Double = 30, moment: (@Sendable () -> AuditMoment)? = nil,
            pause: (@Sendable (_ seconds: Int64) -> Void)? = nil
        ) {
            (self.now, self.random, self.actor, self.moment) = (now, random, actor, moment)
            (self.patience, self.pause) = (patience, pause)
        }

        /// Has the history and the audit log say that this is somebody else's work.
        mutating func act(as actor: AuditActor) {
            self.actor = "\(actor.kind.rawValue):\(actor.id)"
            auditActor = actor
        }
    }

    /// The most seconds that a change waits until a token may be dated; see ``IssueTime/furthestAhead``.
    private static let longestPause: Int64 = 5

    /// The folder this directory lives in.
    public let home: Home
    let surroundings: Surroundings
    /// Why nothing can be changed here, or nil. A directory on a disk that cannot be written can still be read.
    let obstacle: String?
    let database: DatabaseQueue
    /// What a service has beside the connection that changes; nil for one caller at a time.
    let service: ServiceConnections?

    private init(
        home: Home, surroundings: Surroundings, database: DatabaseQueue, service: ServiceConnections? = nil,
        obstacle: String? = nil
    ) {
        (self.home, self.surroundings, self.database) = (home, surroundings, database)
        (self.service, self.obstacle) = (service, obstacle)
    }

    /// The same directory for a service that answers many at once: readers have connections of their own and never wait for
    /// a change, of whatever process; and no change waits for the clock, since others would wait with it.
    public func forService() throws -> Directory {
        var surroundings = surroundings
        surroundings.pause = nil
        let service = try Self.storage(surroundings) {
            guard obstacle == nil else { return ServiceConnections?.none }
            try database.writeWithoutTransaction { try DatabaseConnection.settle($0) }
            return try ServiceConnections(home.directoryPath, patience: surroundings.patience)
        }
        return Directory(
            home: home, surroundings: surroundings, database: database, service: service, obstacle: obstacle)
    }

    /// The same directory for somebody else's work: what is changed through it is on record as his.
    public func acting(as actor: AuditActor) -> Directory {
        var surroundings = surroundings
        surroundings.act(as: actor)
        return Directory(
            home: home, surroundings: surroundings, database: database, service: service, obstacle: obstacle)
    }

    /// Opens the directory of a home.
    ///
    /// - Parameters:
    ///   - home: the folder; made, with the directory in it, when `creating` says so.
    ///   - creating: whether a missing directory is made; otherwise it is an error of code `notFound`.
    /// - Throws: ``AdministrationError``; of code `directoryTooNew` when a later version of this program has written
    ///   the directory, which is then left as it is.
    public static func open(_ home: Home, creating: Bool, surroundings: Surroundings) throws -> Directory {
        try storage(surroundings) {
            if try !PrivateFile.hasContent(home.directoryPath) {
                guard try creating || isCutOff(home) else {
                    throw AdministrationError(
                        .notFound, "there is no directory in \(home.path)",
                        remedy: "make one with \"chancery add operator NAME\", or choose another with --all-dirs DIR")
                }
                try PrivateFile.makeFolder(home.path)
                try locked(home, surroundings) { try make(home, surroundings) }
                try PrivateFile.makeFolder(home.keystorePath)
            }
            guard !DatabaseFile.isCutOff(home.directoryPath) else {
                throw AdministrationError(damaged: "its end is missing")
            }
            if let obstacle = DatabaseConnection.obstacle(home) { return try read(home, surroundings, obstacle) }
            let database = try connect(home.directoryPath, surroundings)
            if try !isCurrent(database) {
                // Several first processes may start at once: one of them prepares the tables, the others wait.
                try locked(home, surroundings) { try prepare(database) }
            }
            return Directory(home: home, surroundings: surroundings, database: database)
        }
    }

    /// Opens a directory where nothing can be written.
    private static func read(_ home: Home, _ surroundings: Surroundings, _ obstacle: String) throws -> Directory {
        let database = try DatabaseConnection.openForReading(home.directoryPath, patience: surroundings.patience)
        guard try isCurrent(database) else {
            throw AdministrationError(
                .storageFailed, "an earlier version wrote the directory, and nothing can be written in \(obstacle)",
                remedy: "copy the folder to where it can be written, and read it there with --all-dirs DIR")
        }
        return Directory(home: home, surroundings: surroundings, database: database, obstacle: obstacle)
    }

    /// Refuses where nothing can be written.
    ///
    /// - Throws: ``AdministrationError`` of code `storageFailed`.
    public func checkWritable() throws(AdministrationError) {
        guard let obstacle else { return }
        throw AdministrationError(
            .storageFailed, "the directory cannot be written: \(obstacle)",
            remedy: "see who owns the folder and its files, and whether the disk can be written; nothing was changed")
    }

    /// Makes the database's file with its tables, unless another process was first.
    private static func make(_ home: Home, _ surroundings: Surroundings) throws {
        guard try !PrivateFile.hasContent(home.directoryPath) else { return }
        guard try !isCutOff(home) else {
            throw AdministrationError(
                .storageFailed,
                "\(home.directoryPath) is empty, although it once was not: its key file or its journal is still there",
                remedy: "restore the directory from a backup, or move what is left of it away; nothing was touched")
        }
        _ = try PrivateFile.makeEmpty(home.directoryPath)
        try prepare(connect(home.directoryPath, surroundings))
    }

    /// Whether the file is empty beside what only comes after its first content: a key file, which is made in a change,
    /// or a journal with content, which would be deleted if the database were opened.
    private static func isCutOff(_ home: Home) throws -> Bool {
        guard PrivateFile.exists(home.directoryPath), try !PrivateFile.hasContent(home.directoryPath) else {
            return false
        }
        return try PrivateFile.exists(home.keyFilePath) || PrivateFile.hasContent(home.directoryPath + "-wal")
    }

    /// Runs `body` while no other process makes a directory in the same folder.
    private static func locked<Result>(
        _ home: Home, _ surroundings: Surroundings, _ body: () throws -> Result
    ) throws -> Result {
        let result = try PrivateFile.withFolderLock(home.path, patience: surroundings.patience, body)
        guard let result else { throw AdministrationError(busy: surroundings.patience) }
        return result
    }

    /// Closes the directory, which is of no use afterwards.
    func close() throws {
        try Self.storage(surroundings) {
            try service?.close()
            try database.close()
        }
    }

    /// Copies the database as it is at one moment, while others go on writing.
    func copyDatabase(to path: String) throws {
        try Self.storage(surroundings) { try database.backup(to: DatabaseQueue(path: path)) }
    }

    /// Reads one consistent state of the directory.
    public func read<Result>(_ body: (DirectoryReader) throws -> Result) throws -> Result {
        try Self.storage(surroundings) {
            guard let service else { return try database.read { try body(DirectoryReader(database: $0)) } }
            return try service.read(body)
        }
    }

    /// Changes the directory: all of what `body` does happens, or, if it throws, nothing.
    ///
    /// The records of the change and a signed checkpoint of the audit log are part of the same transaction: no record,
    /// no change. What commands mean when they name nothing (the selection) is no change in this sense.
    ///
    /// This is the only way to change anything. The write lock is taken before `body` runs, so what `body` reads
    /// is still true when its changes are stored. Nothing that `body` returns may leave the process before this
    /// function has returned: only then is it durable. `body` may run more than once, each time after what it did to
    /// the directory was undone.
    ///
    /// - Parameters:
    ///   - reason: what is done, in the words of the command, for the history.
    ///   - dryRun: when true, everything is checked and reported as usual, and then undone.
    @discardableResult
    public func change<Result>(
        _ reason: String, dryRun: Bool = false, _ body: (Change) throws -> Result
    ) throws -> Changed<Result> {
        try checkWritable()
        return try Self.storage(surroundings) {
            while true {
                do {
                    return try attempt(reason, dryRun: dryRun, body)
                } catch let error as TooFarAhead {
                    // Many versions of one token within a few seconds: wait until the clock has caught up a little.
                    guard let pause = surroundings.pause, error.seconds <= Self.longestPause else {
                        throw error.refusal
                    }
                    pause(error.seconds)
                }
            }
        }
    }

    /// What a change would come to, without making it: with everything that ``change(_:dryRun:_:)`` checks and refuses. Where
    /// nothing can be written it is tried on a copy in memory.
    public func rehearse<Result>(_ reason: String, _ body: (Change) throws -> Result) throws -> Result {
        guard obstacle != nil else { return try change(reason, dryRun: true, body).value }
        return try Self.storage(surroundings) {
            let copy = try DatabaseConnection.copyInMemory(database)
            let trial = Directory(home: home, surroundings: surroundings, database: copy)
            return try trial.change(reason, dryRun: true, body).value
        }
    }

    private func attempt<Result>(
        _ reason: String, dryRun: Bool, _ body: (Change) throws -> Result
    ) throws -> Changed<Result> {
        try database.writeWithoutTransaction { database in
            var changed: Changed<Result>?
            var checkpoint: String?
            try AuditCapture.install(database)
            try database.inTransaction(.immediate) {
                let change = Change(
                    database: database, home: home, surroundings: surroundings, reason: reason, isDryRun: dryRun)
                try AuditCapture.clear(database)
                changed = try Self.carryOut(change, body)
                checkpoint = change.checkpoint
                return dryRun ? .rollback : .commit
            }
            // `inTransaction` either runs its body to the end or throws.
            guard let changed else {
                throw AdministrationError(.storageFailed, "the change was not carried out")
            }
            if let checkpoint { publish(checkpoint) }
            return changed
        }
    }

    /// Does what a change does, with its records, in the transaction that is open. What was noted before is cleared away.
    static func carryOut<Result>(_ change: Change, _ body: (Change) throws -> Result) throws -> Changed<Result> {
        let value = try body(change)
        if !change.isDryRun { try change.leavingOut { try AuditTrail.record(change) } }
        return Changed(value: value, report: change.report, trace: change.trace)
    }

    /// Lays the log's latest checkpoint beside the logs of brokers, which mention it in theirs. It is in the database too:
    /// what cannot be written is no failure of the change, and what a power cut takes is written with the next one.
    func publish(_ checkpoint: String) {
        guard PrivateFile.exists(home.logsPath) else { return }
        let folder = "\(home.logsPath)/\(AuditLog.name)"
        try? PrivateFile.makeFolder(folder)
        let content = Array(checkpoint.utf8).withUnsafeBytes { Secret(copying: $0) }
        try? PrivateFile.write(content, to: folder + "/checkpoint", isDurable: false)
    }

    private static func connect(_ path: String, _ surroundings: Surroundings) throws -> DatabaseQueue {
        try DatabaseConnection.open(path, patience: surroundings.patience)
    }

    private static func isCurrent(_ database: DatabaseQueue) throws -> Bool {
        try database.read { database in
            // One question, since another process may be making the tables at this moment.
            let tables = try database.texts("SELECT name AS text FROM sqlite_master WHERE type = 'table'")
            guard tables.contains("grdb_migrations") else {
                guard tables.isEmpty else {
                    throw AdministrationError(
                        .storageFailed, "the file is the database of another program",
                        remedy: "choose another folder with --all-dirs DIR; nothing was touched")
                }
                return false
            }
            guard try !Schema.migrator.hasBeenSuperseded(database) else {
                throw AdministrationError(
                    .directoryTooNew, "the directory was written by a later version of chancery",
                    remedy: "use that version or a later one; nothing was touched")
            }
            return try Schema.migrator.hasCompletedMigrations(database)
        }
    }

    private static func prepare(_ database: DatabaseQueue) throws {
        guard try !isCurrent(database) else { return }
        // The mode is kept in the file: readers go on while somebody writes.
        try database.writeWithoutTransaction { database in
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                throw AdministrationError(
                    .storageFailed, "the directory's file system does not support write-ahead logging",
                    remedy: "choose a local folder with --all-dirs DIR")
            }
        }
        try Schema.migrator.migrate(database)
    }

    /// Translates what the database says into our own words.
    static func storage<Result>(_ surroundings: Surroundings, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw AdministrationError(storage: error, patience: surroundings.patience)
        } catch is RowDecodingError {
            throw AdministrationError.damagedRow
        }
    }
}
