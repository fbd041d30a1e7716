extension Schema {
    /// - `policy_plans` keeps for a day what was shown to somebody, so that exactly that can be applied: the files, and a
    ///   hash of the plan and of the world that it was made for.
    /// - `policy_operations` says of a run that the service carries out how it does, and what servers answered at its
    ///   steps. A run of the command line has no row.
    static let operations = """
        CREATE TABLE policy_plans (
            id TEXT NOT NULL PRIMARY KEY,
            operator TEXT NOT NULL,
            tag TEXT NOT NULL,
            texts TEXT NOT NULL,
            deletes_roles INTEGER NOT NULL CHECK (deletes_roles IN (0, 1)),
            content TEXT NOT NULL,
            actor TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE policy_operations (
            run INTEGER PRIMARY KEY REFERENCES policy_runs (id),
            state TEXT NOT NULL CHECK (state IN ('running', 'stopped')),
            detail TEXT,
            servers TEXT NOT NULL DEFAULT '[]'
        ) STRICT;
        """
}
