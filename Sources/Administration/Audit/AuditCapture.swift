import GRDB

/// Notices what a change does to the directory, statement by statement, so that no change can forget its record.
///
/// The triggers are temporary: they belong to this connection and not to the database. What somebody writes to the
/// file by other means is therefore not noted, gets no record, and is found by verification.
enum AuditCapture {
    /// Something that was written in this transaction.
    struct Note {
        /// What kind of row.
        enum Subject: String {
            case token, object, seedKept = "seed kept", seedForgotten = "seed forgotten"
            case keyringMade = "keyring made", keyringSealed = "keyring sealed"
        }

        let subject: Subject
        /// For objects: `operator`, `account` or `user`.
        let type: String
        /// The public key; empty for tokens and the keyring.
        let id: String
        /// The account of a user; empty for everything else.
        let account: String
        /// The row of the token; 0 for everything else.
        let token: Int64
    }

    /// Makes the temporary table and its triggers, unless this connection has them already.
    static func install(_ database: Database) throws {
        let sql = "SELECT count(*) AS number FROM sqlite_temp_master WHERE type = 'trigger' AND name GLOB 'audit_*'"
        guard try database.integer(sql) != count else { return }
        try database.execute(sql: statements)
    }

    /// How many triggers there are.
    private static let count = Int64(statements.ranges(of: "CREATE TEMP TRIGGER").count)

    /// What was written since the transaction began, in its order.
    static func notes(_ database: Database) throws -> [Note] {
        let sql = "SELECT subject, type, id, account, token FROM audit_notes ORDER BY n"
        return try database.rows(sql)
            .compactMap { row in
                guard let subject = row.text("subject").flatMap(Note.Subject.init) else { return nil }
                return Note(
                    subject: subject, type: row.text("type") ?? "", id: row.text("id") ?? "",
                    account: row.text("account") ?? "", token: row.integer("token") ?? 0)
            }
    }

    /// Forgets what was noted before: at the beginning of a change.
    static func clear(_ database: Database) throws {
        try database.run(sql: "DELETE FROM audit_notes", arguments: [])
    }

    private static let statements =
        """
        CREATE TEMP TABLE IF NOT EXISTS audit_notes (
            n INTEGER PRIMARY KEY,
            subject TEXT NOT NULL,
            type TEXT NOT NULL DEFAULT '',
            id TEXT NOT NULL DEFAULT '',
            account TEXT NOT NULL DEFAULT '',
            token INTEGER NOT NULL DEFAULT 0
        );
        CREATE TEMP TRIGGER IF NOT EXISTS audit_tokens AFTER INSERT ON main.tokens
            BEGIN INSERT INTO audit_notes (subject, token) VALUES ('token', NEW.id); END;
        CREATE TEMP TRIGGER IF NOT EXISTS audit_seeds_kept AFTER INSERT ON main.seeds
            BEGIN INSERT INTO audit_notes (subject, id) VALUES ('seed kept', NEW.public_key); END;
        CREATE TEMP TRIGGER IF NOT EXISTS audit_seeds_forgotten AFTER DELETE ON main.seeds
            BEGIN INSERT INTO audit_notes (subject, id) VALUES ('seed forgotten', OLD.public_key); END;
        CREATE TEMP TRIGGER IF NOT EXISTS audit_keyring_made AFTER INSERT ON main.keyring
            BEGIN INSERT INTO audit_notes (subject) VALUES ('keyring made'); END;
        CREATE TEMP TRIGGER IF NOT EXISTS audit_keyring_sealed AFTER UPDATE ON main.keyring
            BEGIN INSERT INTO audit_notes (subject) VALUES ('keyring sealed'); END;
        """
        + objects("operators", type: "operator", account: { _ in "''" })
        + objects("accounts", type: "account", account: { _ in "''" })
        + objects("users", type: "user", account: { "\($0).account" })

    private static func objects(_ table: String, type: String, account: (String) -> String) -> String {
        func note(_ row: String) -> String {
            "INSERT INTO audit_notes (subject, type, id, account) "
                + "VALUES ('object', '\(type)', \(row).public_key, \(account(row)));"
        }
        func trigger(_ event: String, _ rows: String...) -> String {
            "CREATE TEMP TRIGGER IF NOT EXISTS audit_\(table)_\(event) AFTER \(event) ON main.\(table) "
                + "BEGIN \(rows.map(note).joined()) END;\n"
        }
        return "\n" + trigger("insert", "NEW") + trigger("update", "OLD", "NEW") + trigger("delete", "OLD")
    }
}
