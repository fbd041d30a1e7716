import Glibc
import NKeys

/// Held by the process that carries an apply or an undo through its steps, one at a time for each operator. The system
/// gives it back when the process ends, however that happens.
public final class PolicyLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// - Throws: ``AdministrationError`` of code `refused` while another process has it.
    static func take(_ directory: Directory, of place: Place) throws -> PolicyLock {
        try directory.checkWritable()
        let entry = try directory.read { try $0.operator(at: place) }
        let path = "\(directory.home.path)/apply-\(entry.publicKey.text).lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw PrivateFile.failure("lock", path, errno) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let reason = errno
            guard reason != EINTR else { continue }
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw PrivateFile.failure("lock", path, reason) }
            throw AdministrationError(
                .refused,
                "another process is at an apply or an undo under the operator \"\(entry.name)\" at this moment",
                remedy: "wait until it has come to its end, and look again with \"chancery policy plan\"")
        }
        return PolicyLock(descriptor)
    }

    /// - Throws: ``AdministrationError`` of code `refused` while another process applies policies or takes them back.
    public static func check(_ directory: Directory, of place: Place) throws {
        // Nobody who can only read has taken it, or could see who has.
        guard directory.obstacle == nil else { return }
        // Where nothing is unfinished nobody is kept from beginning, even for a moment.
        guard try directory.read({ try $0.unfinishedPolicyRun(of: $0.operator(at: place)) }) != nil else { return }
        try take(directory, of: place).release()
    }

    /// The lock is held until here.
    func release() {}

    deinit { close(descriptor) }
}
