import Audit
import NKeys

/// A secret that a change hands out, or that comes back.
struct AuditedExport {
    let operation: AuditOperation
    var outcome = AuditOutcome.allowed
    let object: AuditRecord.Object

    /// A backup that was made, or that the directory came back from.
    init(_ operation: AuditOperation, backup path: String) {
        self.operation = operation
        outcome = operation == .backupRestore ? .changed : .allowed
        let name = path.split(separator: "/").last.map(String.init)
        object = AuditRecord.Object(type: "backup", id: "backup", name: name)
    }

    /// The credentials of a user.
    init(credentialsOf user: UserEntry) {
        operation = .credentialsExport
        object = AuditRecord.Object(
            type: "user", id: user.publicKey.text, name: user.name, scope: user.account.text)
    }

    /// What the report of a change says was handed out; nil for everything else.
    init?(_ item: ChangeReport.Item) {
        guard item.action == .exported else { return nil }
        operation = .keyExport
        object = AuditRecord.Object(
            type: "key", id: item.publicKey ?? item.name, name: item.name.isEmpty ? nil : item.name)
    }
}
