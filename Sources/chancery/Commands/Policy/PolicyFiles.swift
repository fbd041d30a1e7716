import Administration
import Glibc
import NKeys
import Policy
import Secrets

/// Policy files on disk: no secrets, so that they are as open as other texts of their owner's.
enum PolicyFiles {
    static let manifest = "chancery.yaml"

    /// The files that a path stands for: a folder's `chancery.yaml` and what that names inside of the folder.
    static func all(of path: String) throws -> [String] {
        guard isFolder(path) else { return [path] }
        let base = path == "." ? "" : path.hasSuffix("/") ? path : path + "/"
        let first = base + manifest
        let named = PolicyManifest.files(in: try read(first)).filter { file in
            !file.hasPrefix("/") && !file.split(separator: "/").contains("..")
        }
        return [first] + named.map { base + $0 }
    }

    /// Whether a name is that of a file in the folder itself.
    static func isPlain(_ name: String) -> Bool { !name.isEmpty && !name.contains("/") && !name.contains("\0") }

    static func read(_ path: String) throws -> [UInt8] {
        try PrivateFile.read(path, atMost: 64 << 20).withBytes { Array($0) }
    }

    /// What stands at the standard input.
    static func readInput() throws -> [UInt8] {
        var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = Glibc.read(STDIN_FILENO, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0, bytes.count <= 64 << 20 else { return bytes }
            bytes += part.prefix(count)
        }
    }

    /// Writes the whole file: a reader sees the old content or the new. A file that is there keeps its permission bits.
    ///
    /// - Parameter replacing: whether a file of that name may be replaced; otherwise it is an error.
    static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws {
        // Behind links, so that they stay.
        let target = realpath(path, nil).map { link in
            defer { free(link) }
            return String(cString: link)
        }
        let destination = target ?? path
        let mode = PrivateFile.mode(of: destination).map { $0 & 0o777 } ?? 0o644
        let temporary = "\(destination).\(getpid()).part"
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path, errno) }
        var reason: Int32 = 0
        var rest = bytes[...]
        while !rest.isEmpty, reason == 0 {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { reason = errno }
        }
        if reason == 0, fsync(descriptor) != 0 { reason = errno }
        close(descriptor)
        if reason == 0, (replacing ? rename(temporary, destination) : link(temporary, destination)) != 0 {
            reason = errno
        }
        if reason != 0 || !replacing { unlink(temporary) }
        guard reason == 0 else { throw failure(path, reason) }
    }

    static func makeFolder(_ path: String) throws {
        if isFolder(path) { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure(path, errno) }
    }

    static func isFolder(_ path: String) -> Bool {
        PrivateFile.mode(of: path).map { $0 & S_IFMT == S_IFDIR } ?? false
    }

    private static func failure(_ path: String, _ reason: Int32) -> AdministrationError {
        AdministrationError(
            reason == EEXIST ? .alreadyExists : .storageFailed,
            "cannot write \(path): \(String(cString: strerror(reason)))")
    }
}
