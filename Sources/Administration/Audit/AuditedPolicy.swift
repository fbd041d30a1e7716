import Audit
import NKeys

/// A set of policies that begins to be applied or taken back, an edit by hand of what policies govern, or
/// an account that they govern no more.
struct AuditedPolicy {
    let operation: AuditOperation
    /// The number of the run; otherwise the account's key.
    let id: String
    let name: String?
    /// The hash of the texts.
    let texts: [UInt8]?

    init(operation: AuditOperation, run: Int64, texts: [UInt8]?) {
        (self.operation, id, name, self.texts) = (operation, String(run), nil, texts)
    }

    init(forced account: AccountEntry) {
        (operation, id, name, texts) = (.policyOverride, account.publicKey.text, account.name, nil)
    }

    init(released account: AccountEntry) {
        (operation, id, name, texts) = (.policyRelease, account.publicKey.text, account.name, nil)
    }

    var object: AuditRecord.Object {
        AuditRecord.Object(type: name == nil ? "policy" : "account", id: id, name: name)
    }
}
