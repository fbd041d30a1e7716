import Audit
import NKeys

/// A secret that a change hands out.
struct AuditedExport {
    let operation: AuditOperation
    let object: AuditRecord.Object

    /// The credentials of a user.
    init(credentialsOf user: UserEntry) {
        operation = .credentialsExport
        object = AuditRecord.Object(
            type: "user", id: user.publicKey.text, name: user.name, scope: user.account.text)
    }

    /// What the report of a change says was handed out; nil for everything else.
    init?(_ item: ChangeReport.Item) {
        guard item.action == .exported else { return nil }
        operation = item.kind == "backup" ? .backupExport : .keyExport
        object = AuditRecord.Object(
            type: item.kind == "backup" ? "backup" : "key", id: item.publicKey ?? item.name,
            name: item.name.isEmpty ? nil : item.name)
    }
}
