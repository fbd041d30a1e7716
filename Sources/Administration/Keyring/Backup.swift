import Audit
import FoundationEssentials
import GRDB
import Glibc
public import Secrets

/// Encrypted copies of a whole home: the directory, and the key file where that is the seal.
///
/// A backup begins with a line that says what it is and how its key is made from the passphrase. Then come chunks,
/// each sealed by itself with XChaCha20-Poly1305: the number of the chunk is part of its nonce, and the last one is
/// marked, so that chunks cannot change places or be left out. The first chunk is the key file, the others are the
/// database.
public enum Backup {
    /// What a backup was found to hold.
    public struct Content: Sendable, Hashable {
        /// Operators, accounts and users, whose tokens were all read.
        public let entries: Int
        /// Seeds, each of which was opened; nil where that takes the keyring's own passphrase.
        public let seeds: Int?
        /// Whether the directory's audit log says that the backup was made. It cannot where nothing can be written.
        public var isRecorded = true
    }

    private static let magic = "chancery backup 1 "
    private static let chunkCount = 1 << 20
    /// The longest first line.
    private static let longestHeader = 256

    /// Writes a backup of a directory, then reads and verifies it, and records that it was made. Of a directory that
    /// cannot be written it is made without a record.
    ///
    /// - Throws: ``AdministrationError``; nothing is left at `path` then, if nothing was there before.
    public static func write(_ directory: Directory, to path: String, passphrase: Secret) throws -> Content {
        guard !PrivateFile.exists(path) else {
            throw AdministrationError(.alreadyExists, "\(path) exists", remedy: "choose another name")
        }
        try KeyringSeal.check(newPassphrase: passphrase)
        let home = directory.home
        let place = directory.obstacle == nil ? home.path : temporaryFolder + "/chancery"
        return try withScratch(beside: place) { scratch in
            _ = try PrivateFile.makeEmpty(scratch.directoryPath)
            try directory.copyDatabase(to: scratch.directoryPath)
            let random = directory.surroundings.random
            let parameters = KeyringSeal.Parameters(random: random)
            let keyFile =
                PrivateFile.exists(home.keyFilePath) ? try PrivateFile.read(home.keyFilePath) : Secret(copying: [])
            let part = path + ".part"
            unlink(part)
            defer { unlink(part) }
            try seal(keyFile, scratch.directoryPath, to: part, parameters, parameters.key(from: passphrase), random)
            // What counts is what can be read back.
            var content = try withScratch(beside: place) { again in
                try open(part, into: again, passphrase)
                return try verify(again, directory.surroundings)
            }
            // It is no backup before it bears its name, and it gets that only with a record.
            content.isRecorded = directory.obstacle == nil
            if content.isRecorded {
                try directory.change("backup") { $0.exports.append(AuditedExport(.backupExport, backup: path)) }
            }
            guard rename(part, path) == 0 else { throw failure("write", path) }
            PrivateFile.synchroniseFolder(of: path)
            return content
        }
    }

    /// Brings a home back. Its content is verified before it takes its place, and its audit log says that it came from
    /// a backup.
    ///
    /// - Throws: ``AdministrationError`` of code `alreadyExists` if there is a directory in the home, or `keyringLocked`
    ///   if the keyring in the backup does not open.
    public static func restore(
        _ path: String, to home: Home, passphrase: Secret, surroundings: Directory.Surroundings
    ) throws -> Content {
        guard !PrivateFile.exists(home.directoryPath), !PrivateFile.exists(home.keyFilePath) else {
            throw AdministrationError(
                .alreadyExists, "there is a directory or a key file in \(home.path)",
                remedy: "restore to another place with --all-dirs DIR, or move that one away")
        }
        let made = PrivateFile.missingFolders(home.path)
        var isDone = false
        // Folders that were made in vain go again; what has something in it stays in any case.
        defer { if !isDone { made.forEach { rmdir($0) } } }
        try PrivateFile.makeFolder(home.path)
        return try withScratch(beside: home.path) { scratch in
            try open(path, into: scratch, passphrase)
            let content = try verify(scratch, surroundings)
            let directory = try Directory.open(scratch, creating: false, surroundings: surroundings)
            try directory.change("restore") { $0.exports.append(AuditedExport(.backupRestore, backup: path)) }
            // From here on everything stands in the one file that is moved.
            try directory.close()
            if PrivateFile.exists(scratch.keyFilePath) {
                try PrivateFile.write(
                    PrivateFile.read(scratch.keyFilePath), to: home.keyFilePath, replacing: false)
            }
            guard rename(scratch.directoryPath, home.directoryPath) == 0 else {
                throw failure("write", home.directoryPath)
            }
            PrivateFile.synchroniseFolder(of: home.directoryPath)
            isDone = true
            return content
        }
    }

    /// Reads and verifies a backup, and leaves nothing behind.
    public static func verify(
        _ path: String, passphrase: Secret, surroundings: Directory.Surroundings
    ) throws -> Content {
        try withScratch(beside: path) { scratch in
            try open(path, into: scratch, passphrase)
            return try verify(scratch, surroundings)
        }
    }

    // MARK: Verifying

    /// Checks the database's own structure, every current token and every seed.
    private static func verify(_ home: Home, _ surroundings: Directory.Surroundings) throws -> Content {
        let directory = try Directory.open(home, creating: false, surroundings: surroundings)
        defer { try? directory.close() }
        return try directory.read { reader in
            guard try reader.database.texts("SELECT integrity_check AS text FROM pragma_integrity_check") == ["ok"]
            else {
                throw AdministrationError(.storageFailed, "the database in the backup is damaged")
            }
            var entries = 0
            for entry in try reader.operators() {
                _ = try entry.claims()
                entries += 1
                for account in try reader.accounts(of: entry) {
                    _ = try account.claims()
                    let users = try reader.users(of: account)
                    for user in users { _ = try user.claims() }
                    entries += 1 + users.count
                }
            }
            let keyring = directory.keyring(reader)
            let isOpenable = try keyring.seal() == .keyFile
            return Content(entries: entries, seeds: isOpenable ? try keyring.checkEverySeed() : nil)
        }
    }

    // MARK: Reading and writing

    private static func seal(
        _ keyFile: Secret, _ database: String, to path: String, _ parameters: KeyringSeal.Parameters, _ key: Secret,
        _ random: RandomSource
    ) throws {
        let base = random.bytes(SealedBox.nonceCount)
        let header = magic + KeyringSeal.passphrase(parameters).text + "\n"
        try PrivateFile.write(Secret(copying: Array(header.utf8) + base), to: path)
        let input = try FileDescriptor(database, O_RDONLY)
        let output = try FileDescriptor(path, O_WRONLY | O_APPEND)
        var number: UInt64 = 0
        func add(_ sealed: [UInt8]) throws {
            let count = UInt32(sealed.count)
            try output.write((0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + sealed)
            number += 1
        }
        try add(SealedBox.seal(keyFile, key: key, nonce: nonce(base, number), additionalData: mark(false)))
        var chunk = try input.read(chunkCount)
        repeat {
            let next = try input.read(chunkCount)
            let isLast = next.isEmpty
            try add(SealedBox.seal(chunk, key: key, nonce: nonce(base, number), additionalData: mark(isLast)))
            chunk = next
        } while !chunk.isEmpty
        try output.synchronise()
    }

    private static func open(_ path: String, into home: Home, _ passphrase: Secret) throws {
        let input = try FileDescriptor(path, O_RDONLY)
        var line: [UInt8] = []
        while line.count < longestHeader, let byte = try input.read(1).first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        let header = String(decoding: line, as: UTF8.self)
        guard header.hasPrefix(magic),
            case .passphrase(let parameters)? = KeyringSeal(String(header.dropFirst(magic.count)))
        else {
            throw AdministrationError(
                .invalidValue, "\(path) is not a backup", remedy: "give a file that \"backup\" wrote")
        }
        let key = try parameters.key(from: passphrase)
        let base = try input.read(SealedBox.nonceCount)
        guard base.count == SealedBox.nonceCount else { throw damaged(path) }
        _ = try PrivateFile.makeEmpty(home.directoryPath)
        let output = try FileDescriptor(home.directoryPath, O_WRONLY | O_APPEND)
        var number: UInt64 = 0
        var isLast = false
        while !isLast {
            guard let sealed = try chunk(input) else { throw damaged(path) }
            let nonce = nonce(base, number)
            let content: Secret
            if let inner = try? SealedBox.open(sealed, key: key, nonce: nonce, additionalData: mark(false)) {
                content = inner
            } else if let last = try? SealedBox.open(sealed, key: key, nonce: nonce, additionalData: mark(true)) {
                (content, isLast) = (last, true)
            } else {
                throw number == 0 ? wrongPassphrase(path) : damaged(path)
            }
            if number == 0 {
                if content.count > 0 { try PrivateFile.write(content, to: home.keyFilePath) }
            } else {
                try output.write(content.withBytes { Array($0) })
            }
            number += 1
        }
        guard number >= 2, try input.read(1).isEmpty else { throw damaged(path) }
        try output.synchronise()
    }

    /// The next sealed chunk; nil at a wrong end.
    private static func chunk(_ input: borrowing FileDescriptor) throws -> [UInt8]? {
        let size = try input.read(4)
        guard size.count == 4 else { return nil }
        let count = size.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count >= SealedBox.tagCount, count <= chunkCount + SealedBox.tagCount else { return nil }
        let sealed = try input.read(count)
        return sealed.count == count ? sealed : nil
    }

    /// The chunk's number, added to the last bytes of the random nonce.
    private static func nonce(_ base: [UInt8], _ number: UInt64) -> [UInt8] {
        var nonce = base
        for index in 0..<8 { nonce[nonce.count - 1 - index] ^= UInt8(truncatingIfNeeded: number >> (8 * index)) }
        return nonce
    }

    private static func mark(_ isLast: Bool) -> [UInt8] { Array((isLast ? "last" : "more").utf8) }

    /// Where files may lie for a moment.
    private static var temporaryFolder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// Runs `body` with an empty home, which is deleted afterwards.
    private static func withScratch<Result>(beside path: String, _ body: (Home) throws -> Result) throws -> Result {
        let folder = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
        try PrivateFile.makeFolder(folder)
        let home = Home(path: folder)
        defer {
            for file in [home.directoryPath, home.keyFilePath] {
                for ending in ["", "-wal", "-shm"] { unlink(file + ending) }
            }
            rmdir(folder)
        }
        return try body(home)
    }

    private static func wrongPassphrase(_ path: String) -> AdministrationError {
        AdministrationError(
            .keyringLocked, "the passphrase does not open \(path), or its beginning is damaged",
            remedy: "try another passphrase or another copy")
    }

    private static func damaged(_ path: String) -> AdministrationError {
        AdministrationError(.storageFailed, "\(path) is damaged", remedy: "use another copy; nothing was touched")
    }

    private static func failure(_ verb: String, _ path: String) -> AdministrationError {
        AdministrationError(.storageFailed, "cannot \(verb) \(path): \(String(cString: strerror(errno)).lowercased())")
    }
}

/// An open file, closed at the end of its life.
private struct FileDescriptor: ~Copyable {
    private let number: Int32
    private let path: String

    init(_ path: String, _ flags: Int32) throws(AdministrationError) {
        number = open(path, flags | O_CLOEXEC)
        self.path = path
        guard number >= 0 else { throw Self.failure("open", path) }
    }

    deinit {
        close(number)
    }

    /// As many bytes as there are, up to `count`.
    func read(_ count: Int) throws(AdministrationError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let result = bytes.withUnsafeMutableBytes {
                Glibc.read(number, $0.baseAddress.map { $0 + filled }, count - filled)
            }
            if result < 0 && errno == EINTR { continue }
            guard result >= 0 else { throw Self.failure("read", path) }
            if result == 0 { break }
            filled += result
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(AdministrationError) {
        var written = 0
        while written < bytes.count {
            let result = bytes.withUnsafeBytes {
                Glibc.write(number, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if result < 0 && errno == EINTR { continue }
            guard result > 0 else { throw Self.failure("write", path) }
            written += result
        }
    }

    func synchronise() throws(AdministrationError) {
        guard fsync(number) == 0 else { throw Self.failure("write", path) }
    }

    private static func failure(_ verb: String, _ path: String) -> AdministrationError {
        AdministrationError(
            .storageFailed, "cannot \(verb) \(path): \(String(cString: strerror(errno)).lowercased())",
            remedy: errno == ENOSPC ? "free some space and try again" : "check the path")
    }
}
