extension Schema {
    /// `user_signers` finds the users that one key signed, such as that of a role, by name: a page of them takes as long in a
    /// large account as in a small one. It follows from `users` and `tokens`, by triggers, whoever changes them.
    static let userSigners = """
        CREATE TABLE user_signers (
            issuer TEXT NOT NULL,
            name TEXT NOT NULL,
            user INTEGER NOT NULL,
            PRIMARY KEY (issuer, name, user)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO user_signers (issuer, name, user)
            SELECT tokens.issuer, users.name, users.id FROM users JOIN tokens ON tokens.id = users.token;
        CREATE TRIGGER user_signers_insert AFTER INSERT ON users BEGIN
            INSERT INTO user_signers (issuer, name, user)
                SELECT issuer, NEW.name, NEW.id FROM tokens WHERE id = NEW.token;
        END;
        CREATE TRIGGER user_signers_update AFTER UPDATE OF id, name, token ON users BEGIN
            DELETE FROM user_signers
                WHERE issuer = (SELECT issuer FROM tokens WHERE id = OLD.token) AND name = OLD.name AND user = OLD.id;
            INSERT INTO user_signers (issuer, name, user)
                SELECT issuer, NEW.name, NEW.id FROM tokens WHERE id = NEW.token;
        END;
        CREATE TRIGGER user_signers_delete AFTER DELETE ON users BEGIN
            DELETE FROM user_signers
                WHERE issuer = (SELECT issuer FROM tokens WHERE id = OLD.token) AND name = OLD.name AND user = OLD.id;
        END;
        """
}
