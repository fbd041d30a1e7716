import Audit
import FoundationEssentials
import GRDB

/// An operator, account or user, as the audit log tells one from another.
struct AuditedObject: Hashable, Comparable {
    /// `operator`, `account` or `user`.
    let type: String
    /// Its public key.
    let id: String
    /// The account of a user: one key may be a user of several. Empty for everything else.
    let account: String

    /// What the object is at one moment.
    struct State: Hashable {
        /// The version of its token, 32 bytes.
        var version: [UInt8]
        /// Where it is: the operator of an account, the account of a user, an operator's own key.
        var scope: String
    }

    static let types = ["operator", "account", "user"]

    init(type: String, id: String, account: String) {
        (self.type, self.id, self.account) = (type, id, account)
    }

    /// The object that a token is about; nil for kinds that the directory keeps no objects of.
    init?(kind: String, subject: String, scope: String) {
        guard Self.types.contains(kind) else { return nil }
        self.init(type: kind, id: subject, account: kind == "user" ? scope : "")
    }

    /// The object that a record is about, if it is one that the directory keeps.
    init?(_ object: AuditRecord.Object) {
        self.init(kind: object.type, subject: object.id, scope: object.scope ?? "")
    }

    static func < (one: AuditedObject, other: AuditedObject) -> Bool {
        (one.type, one.id, one.account) < (other.type, other.id, other.account)
    }

    // MARK: As the directory has it

    /// Every object with its state and its name, as the directory has it now.
    static func all(_ database: Database) throws -> [(object: AuditedObject, state: State, name: String)] {
        try fetch(database, types, "")
    }

    /// The state of the object in the directory, or nil if it is not there.
    func current(_ database: Database) throws -> State? {
        let clause = " WHERE entities.public_key = ?" + (type == "user" ? " AND entities.account = ?" : "")
        let arguments = type == "user" ? [id, account] : [id]
        return try Self.fetch(database, [type], clause, arguments).first?.state
    }

    private static func fetch(
        _ database: Database, _ types: [String], _ clause: String, _ arguments: StatementValues = []
    ) throws -> [(object: AuditedObject, state: State, name: String)] {
        try types.flatMap { type in
            let scope = type == "operator" ? "public_key" : type == "account" ? "operator" : "account"
            let sql = """
                SELECT entities.public_key, entities.\(scope) AS scope, entities.name, tokens.version
                FROM \(type)s AS entities LEFT JOIN tokens ON tokens.id = entities.token\(clause)
                """
            return try database.rows(sql, arguments).map { row in
                let (id, scope) = (row.text("public_key") ?? "", row.text("scope") ?? "")
                let object = AuditedObject(type: type, id: id, account: type == "user" ? scope : "")
                return (object, State(version: row.bytes("version") ?? [], scope: scope), row.text("name") ?? "")
            }
        }
    }

    // MARK: As the records have it

    /// The state that the last record of the object says it has, or nil.
    func recorded(_ database: Database) throws -> State? {
        let sql = "SELECT scope, version FROM audit_objects WHERE type = ? AND id = ? AND account = ?"
        guard let row = try database.row(sql, [type, id, account]) else { return nil }
        return State(version: row.bytes("version") ?? [], scope: row.text("scope") ?? "")
    }

    /// Notes the state that a record gives the object; nil when it was deleted.
    func setRecorded(_ state: State?, _ database: Database) throws {
        guard let state else {
            return try database.run(
                sql: "DELETE FROM audit_objects WHERE type = ? AND id = ? AND account = ?",
                arguments: [type, id, account])
        }
        try database.run(
            sql: """
                INSERT INTO audit_objects (type, id, account, scope, version) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET scope = excluded.scope, version = excluded.version
                """,
            arguments: [type, id, account, state.scope, Data(state.version)])
    }

    // MARK: Operations

    /// The operation that brought the object from one state to another.
    func operation(from old: State?, to new: State?) -> AuditOperation {
        switch (type, old == nil, new == nil) {
        case ("operator", true, _): .operatorAdd
        case ("operator", _, true): .operatorDelete
        case ("operator", _, _): .operatorEdit
        case ("account", true, _): .accountAdd
        case ("account", _, true): .accountDelete
        case ("account", _, _): .accountEdit
        case (_, true, _): .userAdd
        case (_, _, true): .userDelete
        default: .userEdit
        }
    }
}

extension AuditOperation {
    /// Whether the operation says what is the current version of an operator, account or user.
    var changesObject: Bool {
        switch self {
        case .operatorAdd, .operatorEdit, .operatorDelete, .accountAdd, .accountEdit, .accountDelete, .userAdd,
            .userEdit, .userDelete:
            true
        default: false
        }
    }

    /// Whether a token was signed or taken in.
    var issuesToken: Bool {
        switch self {
        case .userIssue, .activationIssue, .claimsIssue, .tokenAdopt: true
        default: changesObject
        }
    }
}
