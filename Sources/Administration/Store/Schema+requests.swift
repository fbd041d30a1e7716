extension Schema {
    /// `import_requests` holds what accounts ask of others, and what became of it. `exporter` is what the importer wrote, a
    /// name or a key: whether there is such an account is found when that one looks, so that nobody learns it by asking.
    static let importRequests = """
        CREATE TABLE import_requests (
            id INTEGER PRIMARY KEY,
            operator TEXT NOT NULL,
            importer TEXT NOT NULL,
            exporter TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('stream', 'service')),
            subject TEXT NOT NULL,
            local_subject TEXT NOT NULL DEFAULT '',
            name TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '',
            is_policy INTEGER NOT NULL DEFAULT 0 CHECK (is_policy IN (0, 1)),
            state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused')),
            requested_at INTEGER NOT NULL,
            decided_at INTEGER,
            decision TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX import_requests_by_importer ON import_requests (importer, id);
        CREATE INDEX import_requests_by_exporter ON import_requests (operator, exporter, id);
        """
}
