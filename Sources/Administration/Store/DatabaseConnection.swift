import GRDB
import Glibc

/// How the directory's database is opened: for reading and writing, or where nothing can be written for reading alone.
enum DatabaseConnection {
    /// Why nothing can be written in the folder of a database, or nil if something can.
    static func obstacle(_ home: Home) -> String? {
        for path in [home.path, home.directoryPath] where access(path, W_OK) != 0 {
            return "\(path): \(String(cString: strerror(errno)).lowercased())"
        }
        return nil
    }

    /// Opens the database for changes.
    ///
    /// - Parameter patience: how long a change waits for those of others, in seconds.
    static func open(_ path: String, patience: Double) throws -> DatabaseQueue {
        try makeCompanionsWritable(path)
        return try DatabaseQueue(path: path, configuration: configuration(patience))
    }

    /// Opens the database where nothing can be written, and leaves nothing behind.
    static func openForReading(_ path: String, patience: Double) throws -> DatabaseQueue {
        var configuration = configuration(patience)
        configuration.readonly = true
        // SQLite wants its two files beside a database, if only to read it; unless it is told that nobody writes.
        guard try PrivateFile.hasContent(path + "-wal") else {
            return try DatabaseQueue(path: immutable(path), configuration: configuration)
        }
        guard PrivateFile.exists(path + "-shm") else {
            throw AdministrationError(
                .storageFailed,
                "the last changes are still in the journal \(path)-wal, and cannot be read where nothing can be written",
                remedy: "copy the folder to where it can be written, and read it there with --all-dirs DIR")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// A copy of a database that nobody else sees.
    static func copyInMemory(_ database: DatabaseQueue) throws -> DatabaseQueue {
        let copy = try DatabaseQueue(configuration: configuration(0))
        try database.backup(to: copy)
        return copy
    }

    /// The most connections of ``openReaders(_:patience:)``.
    static let mostReaders = 4
    /// How many more of them there are for those who read much.
    static let mostLongReaders = 2

    /// Opens connections that only read, beside one that changes.
    static func openReaders(_ path: String, patience: Double) throws -> DatabasePool {
        var configuration = configuration(patience)
        configuration.readonly = true
        configuration.maximumReaderCount = mostReaders + mostLongReaders
        return try DatabasePool(path: path, configuration: configuration)
    }

    /// The same, for threads that must not wait: where somebody keeps the database from being read, which is rare and short,
    /// an error comes at once.
    static func openImpatientReaders(_ path: String) throws -> DatabasePool {
        try DatabasePool(path: path, configuration: impatient)
    }

    /// One connection of that kind.
    static func openImpatientReader(_ path: String) throws -> DatabaseQueue {
        try DatabaseQueue(path: path, configuration: impatient)
    }

    private static var impatient: Configuration {
        var configuration = configuration(0)
        configuration.busyMode = .immediateError
        configuration.readonly = true
        configuration.maximumReaderCount = mostReaders
        return configuration
    }

    /// Has a connection that changes take its ease as a service may, which is there for long: with what it needs for a moment in
    /// memory, and the journal copied into the database less often.
    static func settle(_ database: Database) throws {
        // To undo one change of a group, SQLite keeps each page that it touches. That would be a file for every change.
        try database.execute(sql: "PRAGMA temp_store = MEMORY")
        try database.execute(sql: "PRAGMA cache_size = -\(cachedKiB)")
        try database.execute(sql: "PRAGMA wal_autocheckpoint = \(journalPages)")
    }

    /// Pages of the database in memory. Keys come in no order, so that each new one is on another page of several indexes.
    private static let cachedKiB = 16 << 10
    /// From how many pages on the journal is copied, 16 MiB of them.
    private static let journalPages = 4_096

    private static func configuration(_ patience: Double) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.foreignKeysEnabled = true
        configuration.label = "chancery directory"
        configuration.prepareDatabase { database in
            // A change that was reported as done survives a power cut.
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    /// SQLite gives its files the mode that the database had when they were made. If that was one without leave to
    /// write, no change would ever succeed again.
    private static func makeCompanionsWritable(_ path: String) throws(AdministrationError) {
        for file in [path + "-wal", path + "-shm"] where PrivateFile.exists(file) && access(file, W_OK) != 0 {
            guard chmod(file, PrivateFile.fileMode) == 0 else { throw PrivateFile.failure("write", file, errno) }
        }
    }

    /// The name of a database that nobody changes, as a URI of SQLite's.
    private static func immutable(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let name = path.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x2D...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        // Two slashes at the beginning would name a machine.
        let slashes = path.utf8.prefix { $0 == UInt8(ascii: "/") }.count
        return "file:" + String(decoding: name.dropFirst(max(0, slashes - 1)), as: UTF8.self) + "?immutable=1"
    }
}
