extension Schema {
    /// - `access_tokens` holds who may use the service: of a secret its SHA-256, of an NKey or a certificate what is public.
    ///   `grants` is JSON. What was taken back stays, so that records that name it can be read.
    /// - `access_replies` holds for a day what was answered to a change that came with an idempotency key, without the
    ///   secrets that were in the answer. `fingerprint` is a hash of the request.
    static let access = """
        CREATE TABLE access_tokens (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('bearer', 'nkey', 'session', 'certificate')),
            hash BLOB CHECK (hash IS NULL OR length(hash) = 32),
            public_key TEXT,
            fingerprint TEXT,
            grants TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            expires INTEGER,
            revoked_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX access_tokens_by_key ON access_tokens (public_key)
            WHERE kind = 'nkey' AND revoked_at IS NULL;
        CREATE UNIQUE INDEX access_tokens_by_fingerprint ON access_tokens (fingerprint)
            WHERE fingerprint IS NOT NULL AND revoked_at IS NULL;
        CREATE TABLE access_replies (
            owner TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
            status INTEGER NOT NULL,
            body TEXT NOT NULL,
            tag TEXT,
            location TEXT,
            accounts TEXT NOT NULL,
            had_secret INTEGER NOT NULL CHECK (had_secret IN (0, 1)),
            created_at INTEGER NOT NULL,
            PRIMARY KEY (owner, key)
        ) STRICT;
        CREATE INDEX access_replies_by_time ON access_replies (created_at);
        """

    /// What was given away with an access is found by the id of that access.
    static let accessMakers = """
        CREATE INDEX access_tokens_by_maker ON access_tokens (substr(created_by, instr(created_by, ':') + 1));
        """

    /// A key or a certificate may have access from several who give it, and none of them learns of the others.
    static let sharedKeys = """
        DROP INDEX access_tokens_by_key;
        DROP INDEX access_tokens_by_fingerprint;
        CREATE INDEX access_tokens_by_key ON access_tokens (public_key)
            WHERE kind = 'nkey' AND revoked_at IS NULL;
        CREATE INDEX access_tokens_by_fingerprint ON access_tokens (fingerprint)
            WHERE fingerprint IS NOT NULL AND revoked_at IS NULL;
        """
}
