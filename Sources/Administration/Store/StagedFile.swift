import Glibc
public import Secrets

/// A file that is written before it is known whether it will be wanted: it takes its place when the change that it
/// belongs to is stored, and is gone otherwise.
///
/// So a file that cannot be written stops the change, and is not found out about after it.
public final class StagedFile {
    /// Where the file is to be.
    public let path: String
    private let staged: String
    private let replacing: Bool
    private var isPlaced = false

    /// Nothing is written yet.
    ///
    /// - Parameter replacing: whether a file of that name may be replaced.
    /// - Throws: ``AdministrationError`` of code `alreadyExists` if it is there and may not.
    public init(_ path: String, replacing: Bool) throws(AdministrationError) {
        guard replacing || !PrivateFile.exists(path) else { throw Self.exists(path) }
        self.path = path
        self.replacing = replacing
        staged = "\(try PrivateFile.folder(of: path))/.chancery.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).staged"
    }

    deinit {
        if !isPlaced { unlink(staged) }
    }

    /// Writes the content, for its owner alone. A second time replaces the first.
    public func write(_ content: Secret) throws(AdministrationError) {
        try PrivateFile.write(content, to: staged, for: path)
    }

    /// Puts the file where it is to be.
    public func place() throws(AdministrationError) {
        // A hard link, unlike a rename, never replaces what is there.
        if replacing {
            try PrivateFile.move(staged, to: path)
            isPlaced = true
        } else if link(staged, path) != 0 {
            throw errno == EEXIST ? Self.exists(path) : PrivateFile.failure("write", path, errno)
        }
        PrivateFile.synchroniseFolder(of: path)
    }

    private static func exists(_ path: String) -> AdministrationError {
        AdministrationError(
            .alreadyExists, "\(path) exists already", remedy: "replace it with --force, or choose another name")
    }
}
