import GRDB

/// The tables of the directory, and how one version of them becomes the next.
///
/// A migration that has shipped is never edited: changes are made by a new one after it.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 directory") { database in
            try database.execute(sql: firstTables)
        }
        migrator.registerMigration("2 audit") { database in
            try database.execute(sql: auditTables)
        }
        migrator.registerMigration("3 managed operators") { database in
            try database.execute(sql: managedOperators)
        }
        migrator.registerMigration("4 deliveries") { database in
            try database.execute(sql: deliveries)
        }
        migrator.registerMigration("5 policies") { database in
            try database.execute(sql: policies)
        }
        migrator.registerMigration("6 access") { database in
            try database.execute(sql: access)
        }
        migrator.registerMigration("7 operations") { database in
            try database.execute(sql: operations)
        }
        migrator.registerMigration("8 import requests") { database in
            try database.execute(sql: importRequests)
        }
        migrator.registerMigration("9 shared keys") { database in
            try database.execute(sql: sharedKeys)
        }
        migrator.registerMigration("10 users by signer") { database in
            try database.execute(sql: userSigners)
        }
        migrator.registerMigration("11 terms of roles") { database in
            try database.execute(sql: roleTerms)
        }
        migrator.registerMigration("12 makers of access") { database in
            try database.execute(sql: accessMakers)
        }
        migrator.registerMigration("13 owners of records") { database in
            try database.execute(sql: recordOwners)
        }
        return migrator
    }

    /// - `tokens` holds every version of every JWT that was ever issued or taken in, and is only ever added to.
    ///   `scope` is the operator of an account's token and the account of a user's or an activation's: one user key
    ///   may live in several accounts. `version` is the SHA-256 of the text.
    /// - The rows of `operators`, `accounts` and `users` point to their current token. Deleting one leaves its
    ///   tokens, so that a key that comes back is never dated before what was issued to it earlier.
    /// - `keys` holds public keys only. `seeds` holds the sealed seeds of those that are kept here.
    private static let firstTables = """
        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            scope TEXT NOT NULL,
            version BLOB NOT NULL UNIQUE CHECK (length(version) = 32),
            issuer TEXT NOT NULL,
            issued_at INTEGER NOT NULL,
            text TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX tokens_by_subject ON tokens (subject, issued_at);
        CREATE INDEX tokens_by_scope ON tokens (scope, kind, issued_at);
        CREATE TRIGGER tokens_are_never_changed BEFORE UPDATE ON tokens
            BEGIN SELECT RAISE(ABORT, 'tokens are never changed'); END;
        CREATE TRIGGER tokens_are_never_deleted BEFORE DELETE ON tokens
            BEGIN SELECT RAISE(ABORT, 'tokens are never deleted'); END;

        CREATE TABLE operators (
            public_key TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            token INTEGER NOT NULL REFERENCES tokens (id),
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE accounts (
            public_key TEXT NOT NULL PRIMARY KEY,
            operator TEXT NOT NULL REFERENCES operators (public_key),
            name TEXT NOT NULL,
            token INTEGER NOT NULL REFERENCES tokens (id),
            created_at INTEGER NOT NULL,
            UNIQUE (operator, name)
        ) STRICT;
        CREATE TABLE users (
            id INTEGER PRIMARY KEY,
            account TEXT NOT NULL REFERENCES accounts (public_key),
            public_key TEXT NOT NULL,
            name TEXT NOT NULL,
            token INTEGER NOT NULL REFERENCES tokens (id),
            created_at INTEGER NOT NULL,
            UNIQUE (account, name),
            UNIQUE (account, public_key)
        ) STRICT;

        CREATE TABLE keys (
            public_key TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            purpose TEXT NOT NULL CHECK (purpose IN ('identity', 'signing', 'role', 'stored')),
            role TEXT,
            owner TEXT,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX keys_by_owner ON keys (owner);
        CREATE TABLE seeds (
            public_key TEXT NOT NULL PRIMARY KEY REFERENCES keys (public_key),
            nonce BLOB NOT NULL,
            sealed BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE keyring (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            seal TEXT NOT NULL,
            nonce BLOB NOT NULL,
            wrapped_key BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE context (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            operator TEXT REFERENCES operators (public_key) ON DELETE SET NULL,
            account TEXT REFERENCES accounts (public_key) ON DELETE SET NULL
        ) STRICT;
        INSERT INTO context (id) VALUES (1);
        """

    /// An operator that is run elsewhere: accounts sign themselves here.
    private static let managedOperators = """
        ALTER TABLE operators ADD COLUMN managed INTEGER NOT NULL DEFAULT 0 CHECK (managed IN (0, 1));
        """

    /// - `audit_records` holds the `admin` log: `record` is what is hashed, byte for byte, and `leaf` its hash.
    /// - `audit_tree` is what the next record needs of the tree: its size and the roots of its complete subtrees.
    /// - `audit_checkpoints` holds a signed note for each transaction of changes, by the number of records it covers.
    /// - `audit_keys` holds the key that signs them, its seed sealed as those of the keyring are.
    /// - `audit_objects` says which version the records say is the current one of each operator, account and user;
    ///   `account` is empty but for users. It follows from the records, and spares a search through them.
    /// - `audit_exhibits` holds by its SHA-256 what was too long for a record.
    private static let auditTables = """
        CREATE TABLE audit_records (
            i INTEGER PRIMARY KEY,
            leaf BLOB NOT NULL CHECK (length(leaf) = 32),
            record BLOB NOT NULL
        ) STRICT;
        CREATE TABLE audit_tree (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            size INTEGER NOT NULL,
            frontier BLOB NOT NULL
        ) STRICT;
        CREATE TABLE audit_checkpoints (
            size INTEGER PRIMARY KEY,
            note TEXT NOT NULL
        ) STRICT;
        CREATE TABLE audit_keys (
            public_key BLOB NOT NULL PRIMARY KEY CHECK (length(public_key) = 32),
            nonce BLOB NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT;
        CREATE TABLE audit_objects (
            type TEXT NOT NULL,
            id TEXT NOT NULL,
            account TEXT NOT NULL,
            scope TEXT NOT NULL,
            version BLOB NOT NULL CHECK (length(version) = 32),
            PRIMARY KEY (type, id, account)
        ) STRICT;
        CREATE TABLE audit_exhibits (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            content BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_records_are_never_changed BEFORE UPDATE ON audit_records
            BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END;
        CREATE TRIGGER audit_records_are_never_deleted BEFORE DELETE ON audit_records
            BEGIN SELECT RAISE(ABORT, 'audit records are never deleted'); END;
        """

    /// `owner` is the account, or whatever else, that a record belongs to: see ``AuditRecord/belongs(to:)``. It follows from the
    /// record's bytes; of bytes that are no JSON it is null.
    private static let recordOwners = """
        ALTER TABLE audit_records ADD COLUMN owner TEXT GENERATED ALWAYS AS (
            CASE WHEN json_valid(CAST(record AS TEXT)) THEN
                CASE json_extract(CAST(record AS TEXT), '$.object.type')
                    WHEN 'account' THEN json_extract(CAST(record AS TEXT), '$.object.id')
                    ELSE json_extract(CAST(record AS TEXT), '$.object.scope')
                END
            END
        ) VIRTUAL;
        CREATE INDEX audit_records_by_owner ON audit_records (owner);
        """

    /// - `deliveries` holds the version of an account's token that each server was last heard to have.
    /// - `store_gaps` names what an nsc store did not have that came in: a credentials file of a user (`scope` is its
    ///   account) or the file of a seed (`scope` is empty). A store that goes out has no more than the one that came in.
    private static let deliveries = """
        CREATE TABLE deliveries (
            account TEXT NOT NULL,
            server TEXT NOT NULL,
            version BLOB NOT NULL CHECK (length(version) = 32),
            recorded_at INTEGER NOT NULL,
            PRIMARY KEY (account, server)
        ) STRICT;
        CREATE TABLE store_gaps (
            scope TEXT NOT NULL,
            public_key TEXT NOT NULL,
            PRIMARY KEY (scope, public_key)
        ) STRICT;
        """
}
