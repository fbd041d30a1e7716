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
}
