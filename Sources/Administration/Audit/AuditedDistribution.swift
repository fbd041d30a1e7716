import Audit

/// What one server answered when it was given an account's token, or was asked to delete it.
struct AuditedDistribution {
    let account: AuditRecord.Object
    /// The server; nil where one that should have answered did not.
    let server: String?
    let outcome: AuditOutcome
    /// What the server was known to have.
    let before: [UInt8]?
    /// What it was given; nil for a deletion.
    let after: [UInt8]?

    var operation: AuditOperation { after == nil ? .accountWithdraw : .accountPush }
}

/// Which account on which server.
struct AuditedDelivery: Hashable, Comparable {
    let account: String
    let server: String

    static func < (one: AuditedDelivery, other: AuditedDelivery) -> Bool {
        (one.account, one.server) < (other.account, other.server)
    }
}
