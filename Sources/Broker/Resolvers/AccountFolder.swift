import Glibc
import NKeys

/// The folder in which a resolver keeps account JWTs: one file `<account key>.jwt` each, as `nats-server`'s full and
/// cache resolvers keep them, so that either server can be started on the other's folder.
///
/// Knows files and nothing of what is in them. A name is always made from a ``PublicKey``, never from text that somebody
/// sent, so nothing outside the folder is ever read or written (advisory 2022-03). A write replaces the whole file or
/// nothing, and is on the disk when it returns.
struct AccountFolder {
    /// Where it is, without a slash at the end.
    let path: String

    /// No account JWT is larger (1 MiB); a larger file is not read.
    private static let largestFile = 1 << 20

    /// Makes the folder if it is missing, for its owner alone.
    init(_ path: String) throws(AccountStoreError) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        try Self.make(self.path)
    }

    private static func make(_ path: String) throws(AccountStoreError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .io("make the folder", path, reason: errno)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .io("make the folder", path, reason: errno) }
    }

    /// What is kept of an account.
    enum Content: String {
        case claims = ".jwt"
        /// Chancery's own: other servers pass such files over.
        case settings = ".settings"
    }

    private func file(of account: PublicKey, _ content: Content) -> String {
        "\(path)/\(account.text)\(content.rawValue)"
    }

    /// The accounts that there are files of, in no particular order. Whatever else lies in the folder is passed over.
    func accounts(_ content: Content = .claims) throws(AccountStoreError) -> [PublicKey] {
        guard let folder = opendir(path) else { throw .io("read the folder", path, reason: errno) }
        defer { closedir(folder) }
        var accounts: [PublicKey] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let ending = content.rawValue
            guard name.hasSuffix(ending), let key = try? PublicKey(String(name.dropLast(ending.utf8.count))),
                key.kind == .account
            else { continue }
            accounts.append(key)
        }
        return accounts
    }

    /// The text of an account's file without white space around it, or nil where there is none.
    func read(_ account: PublicKey, _ content: Content = .claims) throws(AccountStoreError) -> String? {
        let path = file(of: account, content)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .io("read", path, reason: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .io("read", path, reason: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.largestFile else { throw .oddFile(path) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        // The file may grow meanwhile: what counts is what is read, not what was announced.
        while bytes.count <= Self.largestFile {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .io("read", path, reason: errno) }
            if count == 0 { return Self.trimmed(bytes) }
            bytes += chunk[..<count]
        }
        throw .oddFile(path)
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    /// Writes an account's file.
    func write(
        _ token: String, of account: PublicKey, _ content: Content = .claims
    ) throws(AccountStoreError) {
        let path = file(of: account, content)
        // Not ".jwt", so that what a crash leaves behind is no account; and overwritten by the next attempt.
        let temporary = path + ".part"
        let descriptor = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .io("write", path, reason: errno) }
        var reason = Self.writeAll(Array(token.utf8), to: descriptor)
        if reason == 0, fsync(descriptor) != 0 { reason = errno }
        close(descriptor)
        if reason == 0, rename(temporary, path) != 0 { reason = errno }
        guard reason == 0 else {
            unlink(temporary)
            throw .io("write", path, reason: reason)
        }
        synchronise()
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            written += count
        }
        return 0
    }

    /// Takes an account's file away.
    ///
    /// - Parameter keepsCopy: the file stays under the name `<key>.jwt.deleted`, from where an administrator may take it
    ///   back.
    /// - Returns: whether there was one.
    func remove(_ account: PublicKey, keepsCopy: Bool) throws(AccountStoreError) -> Bool {
        let path = file(of: account, .claims)
        let status = keepsCopy ? rename(path, path + ".deleted") : unlink(path)
        guard status == 0 else {
            if errno == ENOENT { return false }
            throw .io("remove", path, reason: errno)
        }
        synchronise()
        return true
    }

    /// Makes names durable. Some file systems cannot; the content is safe either way.
    private func synchronise() {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }
}

/// Why account JWTs could not be read or kept.
struct AccountStoreError: Error, Hashable, CustomStringConvertible {
    enum Code: Hashable {
        /// The system refused.
        case io
        /// Something lies under an account's name that is no plain file of at most 1 MiB.
        case oddFile
        /// There are as many JWTs as the configuration's `limit` allows.
        case full
    }

    let code: Code
    let message: String

    var description: String { message }

    static func io(_ verb: String, _ path: String, reason: Int32) -> AccountStoreError {
        AccountStoreError(
            code: .io, message: "cannot \(verb) \(path): \(String(cString: strerror(reason)).lowercased())")
    }

    static func oddFile(_ path: String) -> AccountStoreError {
        AccountStoreError(code: .oddFile, message: "\(path) is not a plain file of at most 1 MiB")
    }

    static func full(_ limit: Int) -> AccountStoreError {
        AccountStoreError(
            code: .full, message: "the resolver holds \(limit) account JWTs, as many as its limit allows")
    }
}
