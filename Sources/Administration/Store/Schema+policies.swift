extension Schema {
    /// - `policy_texts` holds the files of every set that was applied, by the SHA-256 of their canonical form.
    /// - `policy_accounts` names the governed accounts, for which texts each is in force, and what these made of it
    ///   (``GovernedState``): anything else is drift.
    /// - `policy_roles` holds each role with its permanent id and its key. One that was deleted keeps its row, and its sealed
    ///   key, for 30 days.
    /// - `policy_users` holds the users that files declare, with or without a key.
    /// - `policy_sources` leads from claims to the files: `places` by the hash of the texts and the version of the claims.
    /// - `policy_requests` holds imports that wait for their exporter.
    /// - `policy_settings` points to the settings claims of accounts.
    /// - `policy_runs` holds each apply and undo: what was before, what is to be, and the last step that is stored and
    ///   the last that servers have confirmed.
    static let policies = """
        CREATE TABLE policy_texts (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            content TEXT NOT NULL,
            recorded_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE policy_accounts (
            account TEXT NOT NULL PRIMARY KEY,
            texts BLOB NOT NULL REFERENCES policy_texts (hash),
            state TEXT NOT NULL
        ) STRICT;
        CREATE TABLE policy_roles (
            id INTEGER PRIMARY KEY,
            account TEXT NOT NULL,
            name TEXT NOT NULL,
            public_key TEXT NOT NULL,
            description TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            deleted_at INTEGER,
            UNIQUE (account, public_key)
        ) STRICT;
        CREATE UNIQUE INDEX policy_roles_by_name ON policy_roles (account, name) WHERE deleted_at IS NULL;
        CREATE TABLE policy_users (
            account TEXT NOT NULL,
            name TEXT NOT NULL,
            content TEXT NOT NULL,
            PRIMARY KEY (account, name)
        ) STRICT;
        CREATE TABLE policy_descriptions (
            account TEXT NOT NULL,
            subject TEXT NOT NULL,
            description TEXT NOT NULL,
            PRIMARY KEY (account, subject)
        ) STRICT;
        CREATE TABLE policy_sources (
            texts BLOB NOT NULL REFERENCES policy_texts (hash),
            version BLOB NOT NULL CHECK (length(version) = 32),
            places TEXT NOT NULL,
            PRIMARY KEY (texts, version)
        ) STRICT;
        CREATE TABLE policy_requests (
            importer TEXT NOT NULL,
            exporter TEXT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            requested_at INTEGER NOT NULL,
            PRIMARY KEY (importer, exporter, kind, subject)
        ) STRICT;
        CREATE TABLE policy_settings (
            account TEXT NOT NULL PRIMARY KEY,
            token INTEGER NOT NULL REFERENCES tokens (id)
        ) STRICT;
        CREATE TABLE policy_runs (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('apply', 'undo')),
            state TEXT NOT NULL CHECK (state IN ('running', 'done', 'undone')),
            operator TEXT NOT NULL,
            texts BLOB REFERENCES policy_texts (hash),
            before TEXT NOT NULL,
            target TEXT NOT NULL,
            stored_step INTEGER NOT NULL DEFAULT 0,
            confirmed_step INTEGER NOT NULL DEFAULT 0,
            actor TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX policy_runs_one_at_a_time ON policy_runs (operator) WHERE state = 'running';
        """

    /// `terms` is whom the role's key signs users for and for how long, as JSON; NULL where no file says it.
    static let roleTerms = """
        ALTER TABLE policy_roles ADD COLUMN terms TEXT;
        """
}
