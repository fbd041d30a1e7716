import Claims
import GRDB
public import NKeys

/// One consistent state of the directory, for the duration of a read or a change.
public struct DirectoryReader {
    let database: Database
    let memo: ReaderMemo

    init(database: Database, memo: ReaderMemo = ReaderMemo()) { (self.database, self.memo) = (database, memo) }

    // MARK: Operators

    /// Every operator, by name.
    public func operators() throws -> [OperatorEntry] {
        try OperatorEntry.fetch(database, "ORDER BY operators.name")
    }

    /// The operator of that name or key; without one the selected operator, or else the only one there is.
    ///
    /// - Throws: ``AdministrationError`` of code `notFound` or `noSelection`.
    public func `operator`(_ reference: EntityReference?) throws -> OperatorEntry {
        if let reference {
            let found =
                try reference.publicKey.flatMap { try operatorEntry($0) }
                ?? memo.operators.entry(.init(reference.text), database) {
                    let found = try OperatorEntry.fetch(database, "WHERE operators.name = ?", [reference.text]).first
                    if let found { memo.operators.keep(found, .init(found.publicKey), database) }
                    return found
                }
            guard let found else {
                throw AdministrationError(
                    .notFound, "there is no operator \"\(reference)\"", remedy: "see \"chancery list operators\"")
            }
            return found
        }
        if let selected = try selection().operator, let entry = try operatorEntry(selected) { return entry }
        let all = try operators()
        if all.count == 1 { return all[0] }
        throw AdministrationError.noOperator(ofMany: !all.isEmpty)
    }

    /// The operator of a key, or nil.
    public func operatorEntry(_ key: PublicKey) throws -> OperatorEntry? {
        try memo.operators.entry(.init(key), database) {
            try OperatorEntry.fetch(database, "WHERE operators.public_key = ?", [key.text]).first
        }
    }

    // MARK: Accounts

    /// Every account of an operator, by name.
    public func accounts(of operator: OperatorEntry) throws -> [AccountEntry] {
        try AccountEntry.fetch(
            database, "WHERE accounts.operator = ? ORDER BY accounts.name", [`operator`.publicKey.text])
    }

    /// The account of that name or key under an operator; without one the selected account, or else the only one
    /// that is not the system account.
    ///
    /// - Throws: ``AdministrationError`` of code `notFound` or `noSelection`.
    public func account(_ reference: EntityReference?, of operator: OperatorEntry) throws -> AccountEntry {
        if let reference {
            if let entry = try findAccount(reference, of: `operator`) { return entry }
            throw AdministrationError(
                .notFound, "there is no account \"\(reference)\" under the operator \"\(`operator`.name)\"",
                remedy: "see \"chancery list accounts\"")
        }
        if let selected = try selection().account, let entry = try accountEntry(selected),
            entry.operator == `operator`.publicKey
        {
            return entry
        }
        let systemAccount = try `operator`.claims().systemAccount
        let all = try accounts(of: `operator`).filter { $0.publicKey.text != systemAccount }
        if all.count == 1 { return all[0] }
        throw AdministrationError.noAccount(ofMany: !all.isEmpty)
    }

    /// The account of that name or key under an operator, or nil.
    public func findAccount(_ reference: EntityReference, of operator: OperatorEntry) throws -> AccountEntry? {
        if let key = reference.publicKey {
            return try accountEntry(key).flatMap { $0.operator == `operator`.publicKey ? $0 : nil }
        }
        let owner = `operator`.publicKey
        return try memo.accounts.entry(.init(reference.text, of: owner), database) {
            let clause = "WHERE accounts.operator = ? AND accounts.name = ?"
            let found = try AccountEntry.fetch(database, clause, [owner.text, reference.text]).first
            if let found { memo.accounts.keep(found, .init(found.publicKey), database) }
            return found
        }
    }

    /// The account of a key, or nil.
    public func accountEntry(_ key: PublicKey) throws -> AccountEntry? {
        try memo.accounts.entry(.init(key), database) {
            try AccountEntry.fetch(database, "WHERE accounts.public_key = ?", [key.text]).first
        }
    }

    // MARK: Users

    /// Every user of an account, by name.
    public func users(of account: AccountEntry) throws -> [UserEntry] {
        try UserEntry.fetch(database, "WHERE users.account = ? ORDER BY users.name", [account.publicKey.text])
    }

    /// The user of that name or key in an account; without one the only user there is.
    ///
    /// - Throws: ``AdministrationError`` of code `notFound` or `noSelection`.
    public func user(_ reference: EntityReference?, of account: AccountEntry) throws -> UserEntry {
        if let reference {
            if let entry = try findUser(reference, of: account) { return entry }
            throw AdministrationError(
                .notFound, "there is no user \"\(reference)\" in the account \"\(account.name)\"",
                remedy: "see \"chancery list users --account \(commandWord(account.name))\"")
        }
        let all = try users(of: account)
        if all.count == 1 { return all[0] }
        throw AdministrationError.noUser(of: account.name, ofMany: !all.isEmpty)
    }

    /// The user of that name or key in an account, or nil.
    public func findUser(_ reference: EntityReference, of account: AccountEntry) throws -> UserEntry? {
        let owner = account.publicKey
        guard let key = reference.publicKey else {
            return try memo.users.entry(.init(reference.text, of: owner), database) {
                let clause = "WHERE users.account = ? AND users.name = ?"
                return try UserEntry.fetch(database, clause, [owner.text, reference.text]).first
            }
        }
        return try memo.users.entry(.init(key, of: owner), database) {
            let clause = "WHERE users.account = ? AND users.public_key = ?"
            return try UserEntry.fetch(database, clause, [owner.text, reference.text]).first
        }
    }

    // MARK: Keys, selection and history

    /// Every key that the directory knows, by its text.
    public func keys() throws -> [KeyEntry] {
        try KeyEntry.fetch(database, "ORDER BY keys.public_key")
    }

    /// What is known about a key.
    public func key(_ key: PublicKey) throws -> KeyEntry? {
        try KeyEntry.fetch(database, "WHERE keys.public_key = ?", [key.text]).first
    }

    /// The operator and account that commands mean when they name none.
    public func selection() throws -> Selection {
        let row = try Row.fetchOne(database, sql: "SELECT operator, account FROM context")
        func key(_ column: String) -> PublicKey? {
            row?.text(column).flatMap { try? PublicKey($0) }
        }
        return Selection(operator: key("operator"), account: key("account"))
    }

    /// The latest `iat` that was ever issued to a subject, or nil. It is never forgotten, not even when the subject is
    /// deleted.
    func latestIssue(to subject: String) throws -> Int64? {
        try database.integer("SELECT max(issued_at) AS number FROM tokens WHERE subject = ?", [subject])
    }

    /// The latest `iat` that was ever issued to any user of an account, or nil.
    func latestUserIssue(in account: PublicKey) throws -> Int64? {
        try database.integer(
            "SELECT max(issued_at) AS number FROM tokens WHERE scope = ? AND kind = 'user'", [account.text])
    }

    /// An account that was deleted, as its last token has it; nil where there is one of that key, or never was, or where its
    /// users were not revoked with it.
    public func departedAccount(_ key: PublicKey, of operator: PublicKey) throws -> AccountEntry? {
        let sql = """
            SELECT text FROM tokens WHERE kind = 'account' AND subject = ? AND scope = ? ORDER BY id DESC LIMIT 1
            """
        guard try accountEntry(key) == nil,
            let token = try database.row(sql, [key.text, `operator`.text])?.text("text"),
            let claims = try? AccountClaims.decode(token),
            claims.revocations.entries[RevocationList.everyone] != nil
        else { return nil }
        return AccountEntry(publicKey: key, operator: `operator`, name: claims.name, token: token)
    }

    /// The names of the accounts of an operator whose current tokens a key signed.
    func accounts(of entry: OperatorEntry, signedBy key: String) throws -> [String] {
        let sql = """
            SELECT accounts.name AS text FROM accounts JOIN tokens ON tokens.id = accounts.token
            WHERE accounts.operator = ? AND tokens.issuer = ? ORDER BY accounts.name
            """
        return try database.texts(sql, [entry.publicKey.text, key])
    }

    /// The names of the users of an account whose current tokens a key signed.
    func users(of account: AccountEntry, signedBy key: String) throws -> [String] {
        let sql = """
            SELECT user_signers.name AS text FROM user_signers JOIN users ON users.id = user_signers.user
            WHERE user_signers.issuer = ? AND users.account = ? ORDER BY user_signers.name
            """
        return try database.texts(sql, [key, account.publicKey.text])
    }
}
