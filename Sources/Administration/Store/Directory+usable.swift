import Glibc
import Secrets

extension Directory {
    /// Whether a change could be stored: the directory is there and can be read, and its disk takes something more.
    ///
    /// - Throws: ``AdministrationError`` of code `storageFailed`.
    public func checkUsable() throws {
        try checkWritable()
        guard PrivateFile.exists(home.directoryPath) else {
            throw AdministrationError(.storageFailed, "the directory is gone from \(home.path)")
        }
        _ = try read { try $0.hasAccessTokens() }
        // As much as a change writes: what is left of a full disk may be enough for a name, and not for that.
        let path = "\(home.path)/.room-\(getpid())"
        defer { unlink(path) }
        let content = [UInt8](repeating: 0, count: 16 << 10).withUnsafeBytes { Secret(copying: $0) }
        try PrivateFile.write(content, to: path)
    }
}
