import Claims
import GRDB

/// How much of a subject's room a change may use: how large its token may become, and how far ahead of the clock it may be
/// dated.
///
/// What is stored has to be read again, and a revocation must always find room. So whoever works inside an account leaves
/// some for what it revokes, and that leaves some for the operator.
public enum IssueAllowance: Sendable, Hashable, CaseIterable {
    /// What an account's own administrators and issuers change.
    case inside
    /// What they revoke.
    case revoking
    /// What the operator's administrators do, and whoever works with the directory itself.
    case operating

    /// The most bytes of a token. All are below what a server takes in one message, ``Token/maximumSize``.
    public var largest: Int {
        switch self {
        case .inside: 512 << 10
        case .revoking: 768 << 10
        case .operating: 960 << 10
        }
    }

    /// The most seconds that a token is dated ahead of the clock.
    var furthestAhead: Int64 {
        switch self {
        case .inside: IssueTime.furthestAhead / 2
        case .revoking: IssueTime.furthestAhead / 4 * 3
        case .operating: IssueTime.furthestAhead
        }
    }
}

extension Change {
    /// Does something that revokes, for which there is more room.
    func revoking<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = allowance
        if allowance == .inside { allowance = .revoking }
        defer { allowance = before }
        return try body()
    }

    /// Refuses a token that would be too large to be read, or leave no room for a revocation. One that becomes smaller is
    /// never refused.
    func checkSize(_ text: String, of kind: String, _ name: String, subject: String, scope: String) throws {
        let count = text.utf8.count
        guard count > allowance.largest else { return }
        let sql = "SELECT length(text) AS number FROM tokens WHERE subject = ? AND scope = ? ORDER BY id DESC LIMIT 1"
        if let before = try database.integer(sql, [subject, scope]), count <= before, count <= Token.maximumSize {
            return
        }
        throw AdministrationError(
            .tokenTooLarge,
            "the token of the \(kind) \"\(name)\" would have \(count) bytes, more than \(allowance.largest)",
            remedy: "take out what is not needed; roles and what is revoked take most of the room")
    }
}
