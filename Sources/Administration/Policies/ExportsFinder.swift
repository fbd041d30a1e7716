import Claims
import NKeys
import Policy

/// Finds what accounts export, with what is revoked: as it is, and as it is when a run has come to its end. Each is read
/// once.
final class ExportsFinder {
    private let reader: DirectoryReader
    private let course: ApplyCourse?
    private var present: [String: [Export]?] = [:]
    private var coming: [String: [Export]?] = [:]

    /// - Parameter course: of the run; nil for what only is.
    init(_ reader: DirectoryReader, _ course: ApplyCourse? = nil) { (self.reader, self.course) = (reader, course) }

    /// - Returns: nil for an account that is not known.
    func now(_ key: String) throws -> [Export]? {
        if let known = present[key] { return known }
        let exports = try EntityReference(key).publicKey.flatMap { try reader.accountEntry($0)?.claims().exports }
        present[key] = .some(exports)
        return exports
    }

    func afterwards(_ key: String) throws -> [Export]? {
        if let known = coming[key] { return known }
        let exports = try course?.claims(of: key, after: .narrow)?.exports ?? now(key)
        coming[key] = .some(exports)
        return exports
    }
}
