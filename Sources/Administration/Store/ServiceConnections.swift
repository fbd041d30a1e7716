import GRDB

/// What a directory has for a service that answers many at once, beside the connection that changes.
final class ServiceConnections: Sendable {
    /// The changes that wait for each other.
    let group = ChangeGroup()
    /// What reads, and never waits for a change.
    private let readers: DatabasePool
    /// What reads on threads that wait for nothing.
    private let impatient: DatabasePool
    /// What sees that something changed.
    private let observer: DatabaseQueue

    init(_ path: String, patience: Double) throws {
        readers = try DatabaseConnection.openReaders(path, patience: patience)
        impatient = try DatabaseConnection.openImpatientReaders(path)
        observer = try DatabaseConnection.openImpatientReader(path)
    }

    /// Closes the connections, which are of no use afterwards.
    func close() throws {
        try readers.close()
        try impatient.close()
        try observer.close()
    }

    /// Reads one consistent state.
    func read<Result>(_ body: (DirectoryReader) throws -> Result) throws -> Result {
        try readers.unsafeRead { try Self.read($0, body) }
    }

    /// Reads one consistent state; nil where that would have to wait.
    func readAtOnce<Result>(_ body: (DirectoryReader) throws -> Result) throws -> Result? {
        do {
            return try impatient.unsafeRead { try Self.read($0, body) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return nil
        }
    }

    /// The connections can only read. A transaction of theirs is begun and ended by statements that are prepared once: to
    /// prepare these takes longer than most questions.
    private static func read<Result>(
        _ database: Database, _ body: (DirectoryReader) throws -> Result
    ) throws -> Result {
        try database.cachedStatement(sql: "BEGIN DEFERRED TRANSACTION").execute()
        let result: Result
        do { result = try body(DirectoryReader(database: database)) } catch {
            // What was wrong may have ended the transaction already.
            if database.isInsideTransaction { try database.cachedStatement(sql: "ROLLBACK TRANSACTION").execute() }
            throw error
        }
        try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
        return result
    }

    /// A number that is another one after every change, of whatever process; nil where it cannot be had at once.
    var version: Int64? {
        try? observer.unsafeRead { database in
            try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version"))
        }
    }
}

extension Directory {
    /// A number that tells whether anything was changed since it was last asked for, by whatever process: as long as it is
    /// the same, everything in the directory is. It takes a few microseconds and waits for nobody. It means nothing after a
    /// restart; nil where it is not known.
    public var stateNumber: Int64? { service?.version }

    /// Reads a few rows where it is asked, without a way to another thread and back; on a thread that may wait, where that is
    /// necessary.
    public func glance<Result: Sendable>(
        _ body: @escaping @Sendable (DirectoryReader) throws -> Result
    ) async throws -> Result {
        if let service, let result = try Self.storage(surroundings, { try service.readAtOnce(body) }) { return result }
        return try await look { try $0.read(body) }
    }
}
