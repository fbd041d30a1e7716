public import Glibc
public import Secrets

/// Files that only their owner may read: the directory, the key file, credentials.
public enum PrivateFile {
    /// The permission bits of every file that is written here.
    static let fileMode: mode_t = 0o600
    /// The permission bits of every folder that is made here.
    static let folderMode: mode_t = 0o700
    /// The most that is ever read from a file: keys, tokens and credentials are far smaller.
    public static let largestFile = 4 << 20

    /// Makes the folder and the folders above it, as far as they are missing, for their owner alone.
    public static func makeFolder(_ path: String) throws(AdministrationError) {
        if mkdir(path, folderMode) == 0 { return }
        let reason = errno
        if reason == EEXIST { return }
        guard reason == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("make the folder", path, reason)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, folderMode) == 0 || errno == EEXIST else { throw failure("make the folder", path, errno) }
    }

    /// The folders that ``makeFolder(_:)`` would have to make for a path, the deepest first.
    static func missingFolders(_ path: String) -> [String] {
        guard !path.isEmpty, !exists(path) else { return [] }
        return [path] + missingFolders(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "")
    }

    /// Makes an empty file unless it is there already; tells which it was.
    static func makeEmpty(_ path: String) throws(AdministrationError) -> Bool {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, fileMode)
        if descriptor < 0 {
            guard errno == EEXIST else { throw failure("make", path, errno) }
            return false
        }
        close(descriptor)
        return true
    }

    /// Writes the whole file: a reader sees the old content or the new, and never a part.
    ///
    /// - Parameters:
    ///   - replacing: whether a file of that name may be replaced; otherwise it is an error.
    ///   - purpose: the path that failures name; nil for this one.
    ///   - isDurable: whether it survives a power cut; what need not is written in a hundredth of the time.
    public static func write(
        _ content: Secret, to path: String, replacing: Bool = true, for purpose: String? = nil, isDurable: Bool = true
    ) throws(AdministrationError) {
        let path = try destination(path)
        let folder = split(path).folder
        // Without the file's own name, which may have the greatest length that a name can have.
        let temporary = "\(folder)/.chancery.\(getpid()).part"
        // What is left of an earlier process goes; what somebody else put there is never written to.
        unlink(temporary)
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, fileMode)
        guard descriptor >= 0 else { throw failure("write", purpose ?? path, errno) }
        var reason = content.withBytes { writeAll($0, to: descriptor) }
        if reason == 0, isDurable, fsync(descriptor) != 0 { reason = errno }
        close(descriptor)
        if reason == 0 {
            // A hard link, unlike a rename, never replaces what is there.
            let moved = replacing ? rename(temporary, path) : link(temporary, path)
            if moved != 0 { reason = errno }
        }
        if reason != 0 || !replacing { unlink(temporary) }
        guard reason == 0 else { throw failure("write", purpose ?? path, reason) }
        if isDurable { synchroniseFolder(folder) }
    }

    /// Moves a file into its place, which links may stand for, in the place of a file that is there.
    static func move(_ file: String, to path: String) throws(AdministrationError) {
        guard rename(file, try destination(path)) == 0 else { throw failure("write", path, errno) }
    }

    /// The folder that a file is written into: behind links.
    static func folder(of path: String) throws(AdministrationError) -> String {
        split(try destination(path)).folder
    }

    /// Why a file cannot be read that somebody else will read; nil where it can.
    public static func reasonUnreadable(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return String(cString: strerror(errno)).lowercased() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return String(cString: strerror(errno)).lowercased() }
        return status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : nil
    }

    /// Reads the whole file into guarded memory.
    ///
    /// - Parameter limit: bytes; by default 4 MiB, more than any key, token or credentials file has.
    public static func read(_ path: String, atMost limit: Int = largestFile) throws(AdministrationError) -> Secret {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            throw AdministrationError(
                .storageFailed, "cannot read \(path): it is not a plain file of at most \(limit >> 20) MiB",
                remedy: "check the path")
        }
        return try Secret(count: Int(status.st_size)) { buffer throws(AdministrationError) in
            var filled = 0
            while filled < buffer.count {
                let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure("read", path, count < 0 ? errno : EIO) }
                filled += count
            }
        }
    }

    /// Reads what a person hands over under a path: a file, or a pipe that a shell makes of another command's output.
    ///
    /// - Parameter limit: the most bytes that are read of a pipe.
    public static func readHandedOver(_ path: String, atMost limit: Int) throws(AdministrationError) -> Secret {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return try read(path) }
        var filled = 0
        var reason: Int32 = 0
        let room = Secret(count: limit) { buffer in
            while filled < buffer.count {
                let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
                if count < 0 && errno == EINTR { continue }
                if count < 0 { reason = errno }
                guard count > 0 else { return }
                filled += count
            }
        }
        guard reason == 0 else { throw failure("read", path, reason) }
        return room.withBytes { Secret(copying: UnsafeRawBufferPointer(rebasing: $0.prefix(filled))) }
    }

    /// The type and the permissions of what is at a path, as the system has them; nil if nothing is there.
    public static func mode(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }

    /// Whether there is anything under that path.
    public static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Whether there is a file with something in it. One byte is nothing: SQLite takes such a file for an empty one.
    static func hasContent(_ path: String) throws(AdministrationError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw failure("read", path, errno) }
            return false
        }
        return status.st_size > 1
    }

    /// Whether somebody other than the owner could read the file.
    static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }

    /// Runs `body` while no other process runs one with the same folder.
    ///
    /// - Parameter patience: how long to wait for others, in seconds.
    /// - Returns: nil if others did not come to an end in that time.
    public static func withFolderLock<Result>(
        _ folder: String, patience: Double, _ body: () throws -> Result
    ) throws -> Result? {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("lock", folder, errno) }
        // Closing gives the lock back, whatever happens in between.
        defer { close(descriptor) }
        let (end, pause): (Double, UInt32) = (monotonicSeconds() + patience, 5_000)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR || errno == EWOULDBLOCK else { throw failure("lock", folder, errno) }
            guard monotonicSeconds() < end else { return nil }
            usleep(pause)
        }
        return try body()
    }

    private static func monotonicSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Where a file is really written: behind links, and never in the place of a device or a folder.
    private static func destination(_ path: String) throws(AdministrationError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return path }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw AdministrationError(
                .storageFailed, "cannot write \(path): it is not a plain file", remedy: "choose another name")
        }
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, String(path[path.index(after: slash)...]))
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            written += count
        }
        return 0
    }

    /// Makes the name of a file durable that was moved to its place.
    static func synchroniseFolder(of path: String) {
        synchroniseFolder(split(path).folder)
    }

    /// Makes the new name itself durable. Some file systems cannot; the content is safe either way.
    private static func synchroniseFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    static func failure(_ verb: String, _ path: String, _ reason: Int32) -> AdministrationError {
        let text = String(cString: strerror(reason))
        return AdministrationError(
            .storageFailed, "cannot \(verb) \(path): \(text.lowercased())", remedy: remedy(for: reason))
    }

    private static func remedy(for reason: Int32) -> String? {
        switch reason {
        case EACCES, EPERM, EROFS: "choose a place where you may write, for example with --all-dirs DIR"
        case EEXIST: "choose another name, or remove the file first"
        case ENOENT: "check the path"
        case ENOSPC, EDQUOT: "free some space and try again"
        default: nil
        }
    }
}
