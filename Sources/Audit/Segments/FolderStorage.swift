import Glibc

/// A log's folder on the disk. Files and folders are their owner's alone.
public final class FolderStorage: LogStorage {
    /// The folder's path.
    public let path: String
    private let lock: Int32

    /// A folder that is only read.
    public init(reading path: String) {
        self.path = path
        lock = -1
    }

    /// A folder to write to, which is made where it is not. Nobody else can open it for writing meanwhile.
    ///
    /// - Throws: ``AuditError`` of code `storageFailed` or `logInUse`.
    public init(writing path: String) throws {
        self.path = path
        try Self.makeFolder(path)
        try Self.makeFolder(path + "/checkpoints")
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw AuditError(.logInUse, "another broker writes to the log in \(path)")
        }
        lock = descriptor
    }

    deinit {
        if lock >= 0 { Glibc.close(lock) }
    }

    private static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("make the folder", path)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make the folder", path) }
    }

    private func place(_ name: String) -> String { path + "/" + name }

    private static func failure(_ verb: String, _ path: String) -> AuditError {
        AuditError(.storageFailed, "cannot \(verb) \(path): \(String(cString: strerror(errno)).lowercased())")
    }

    public func names(in folder: String?) throws -> [String] {
        let path = folder.map(place) ?? path
        guard let directory = opendir(path) else {
            guard errno == ENOENT else { throw Self.failure("read", path) }
            return []
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    public func size(of name: String) throws -> Int64? {
        var status = stat()
        guard stat(place(name), &status) == 0 else {
            guard errno == ENOENT else { throw Self.failure("read", place(name)) }
            return nil
        }
        return Int64(status.st_size)
    }

    public func read(_ name: String, at offset: Int64, count: Int) throws -> [UInt8]? {
        let descriptor = open(place(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw Self.failure("read", place(name)) }
            return nil
        }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw AuditError(.storageFailed, "cannot read \(place(name)): it is no plain file")
        }
        let there = max(Int64(status.st_size) - offset, 0)
        var reason: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: min(count, Int(clamping: there))) { buffer, filled in
            while filled < buffer.count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled,
                    off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { reason = errno }
                guard got > 0 else { return }
                filled += got
            }
        }
        guard reason == 0 else {
            errno = reason
            throw Self.failure("read", place(name))
        }
        return bytes
    }

    public func write(_ bytes: [UInt8], to name: String, at offset: Int64) throws {
        let descriptor = open(place(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("write", place(name)) }
        defer { Glibc.close(descriptor) }
        try write(bytes, descriptor, offset, name)
    }

    private func write(_ bytes: [UInt8], _ descriptor: Int32, _ offset: Int64, _ name: String) throws {
        var written = 0
        let reason = bytes.withUnsafeBytes { buffer -> Int32 in
            while written < buffer.count {
                let count = pwrite(
                    descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written,
                    off_t(offset) + off_t(written))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                written += count
            }
            return 0
        }
        guard reason == 0 else {
            errno = reason
            throw Self.failure("write", place(name))
        }
    }

    public func truncate(_ name: String, to size: Int64) throws {
        guard Glibc.truncate(place(name), off_t(size)) == 0 else { throw Self.failure("write", place(name)) }
    }

    public func synchronise(_ name: String) throws {
        let descriptor = open(place(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("write", place(name)) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.failure("write", place(name)) }
    }

    public func replace(_ name: String, with bytes: [UInt8]) throws {
        let temporary = place(".part")
        unlink(temporary)
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("write", place(name)) }
        defer { Glibc.close(descriptor) }
        try write(bytes, descriptor, 0, name)
        guard fsync(descriptor) == 0, rename(temporary, place(name)) == 0 else {
            throw Self.failure("write", place(name))
        }
        // Some file systems cannot make a name durable; the content is safe either way.
        if lock >= 0 { _ = fsync(lock) }
    }
}
