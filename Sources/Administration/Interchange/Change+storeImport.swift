import Claims
import GRDB
import NKeys

extension Change {
    /// Takes an nsc store in: every token as it is, and every seed into the keyring.
    ///
    /// What is here already stays if it is later than the store's. An operator, account or user that clashes with one
    /// here is left out with what belongs to it, and nothing else.
    ///
    /// - Parameter isForced: whether tokens are taken that are dated far ahead, or replace later ones.
    /// - Returns: what was left out, besides what the content names itself.
    public func importStore(_ content: StoreContent, isForced: Bool = false) throws -> [InterchangeProblem] {
        takesAnyDate = isForced
        var problems: [InterchangeProblem] = []
        for entry in content.operators {
            let taken = try report(entry.path, &problems) { try self.take(entry) }
            guard let taken else {
                let paths = entry.accounts.flatMap { [$0.path] + $0.users.map(\.path) }
                problems += paths.map {
                    InterchangeProblem(path: $0, message: "belongs to an operator that was left out")
                }
                continue
            }
            for account in entry.accounts {
                let takenAccount = try report(account.path, &problems) { try self.take(account, of: taken) }
                guard let takenAccount else {
                    problems += account.users.map {
                        InterchangeProblem(path: $0.path, message: "belongs to an account that was left out")
                    }
                    continue
                }
                let names = try reader.users(of: takenAccount).map { (ExactText($0.name), $0) }
                var known = Dictionary(names) { first, _ in first }
                for user in account.users {
                    let takenUser = try report(user.path, &problems) { try self.take(user, of: takenAccount, known) }
                    if let takenUser { known[ExactText(takenUser.name)] = takenUser }
                }
            }
        }
        try importSeeds(content.pairs)
        try noteGaps(content)
        try restoreSelection(content)
        return problems
    }

    /// Remembers what the store did not have, so that one that goes out has no more.
    private func noteGaps(_ content: StoreContent) throws {
        let gaps =
            content.usersWithoutCredentials.map { ($0.account, $0.user) }
            + content.keysWithoutFile.map { ("", $0.text) }
        for (scope, key) in gaps {
            try database.run(
                sql: "INSERT OR IGNORE INTO store_gaps (scope, public_key) VALUES (?, ?)", arguments: [scope, key])
        }
    }

    /// Notes what is wrong with one file instead of giving everything up.
    private func report<Taken>(
        _ path: String, _ problems: inout [InterchangeProblem], _ take: () throws -> Taken
    ) throws -> Taken? {
        do {
            return try take()
        } catch let error as AdministrationError where error.code != .storageFailed {
            problems.append(InterchangeProblem(path: path, message: error.message))
            return nil
        }
    }

    private func take(_ entry: StoreContent.Operator) throws -> OperatorEntry {
        let name = try EntityName.checked(entry.claims.name, for: "an operator")
        let key = try Self.subject(of: entry.token)
        let all = try reader.operators()
        if let other = all.first(where: { $0.name.isExactly(name) && $0.publicKey != key }) {
            throw AdministrationError(
                .alreadyExists, "another operator \"\(name)\" is here already (\(other.publicKey))")
        }
        if let existing = all.first(where: { $0.publicKey == key }) {
            guard try isLater(entry.token, than: existing.token, "operator", name) else { return existing }
        }
        try checkDate(entry.token, isForced: takesAnyDate)
        let taken = try put(entry.claims, key, take(entry.token, scope: key))
        try database.run(
            sql: "UPDATE operators SET managed = ? WHERE public_key = ?", arguments: [entry.isManaged, key.text])
        return taken
    }

    private func take(_ account: StoreContent.Account, of entry: OperatorEntry) throws -> AccountEntry {
        let name = try EntityName.checked(account.claims.name, for: "an account")
        let key = try Self.subject(of: account.token)
        if let other = try reader.findAccount(EntityReference(name), of: entry), other.publicKey != key {
            throw AdministrationError(
                .alreadyExists, "another account \"\(name)\" is here already (\(other.publicKey))")
        }
        if let existing = try reader.accountEntry(key) {
            guard existing.operator == entry.publicKey else {
                throw AdministrationError(.alreadyExists, "the account belongs to another operator here")
            }
            guard try isLater(account.token, than: existing.token, "account", name) else { return existing }
        }
        try checkDate(account.token, isForced: takesAnyDate)
        return try put(account.claims, key, of: entry, take(account.token, scope: entry.publicKey))
    }

    private func take(
        _ user: StoreContent.User, of account: AccountEntry, _ known: [ExactText: UserEntry]
    ) throws -> UserEntry {
        let name = try EntityName.checked(user.claims.name, for: "a user")
        let key = try Self.subject(of: user.token)
        if let other = known[ExactText(name)], other.publicKey != key {
            throw AdministrationError(
                .alreadyExists, "another user \"\(name)\" is here already (\(other.publicKey))")
        }
        if let existing = try reader.findUser(EntityReference(key), of: account) {
            guard try isLater(user.token, than: existing.token, "user", name) else { return existing }
        }
        try checkDate(user.token, isForced: takesAnyDate)
        return try put(user.claims, key, of: account, take(user.token, scope: account.publicKey))
    }

    /// Whether a token of a store replaces the one that is here.
    private func isLater(_ token: Token, than text: String, _ kind: String, _ name: String) throws -> Bool {
        switch try AccountComparison(here: text, there: token.text) {
        case .same: return false
        // Of two tokens of one second neither is the later one: the one that comes counts.
        case .older, .different: return true
        default:
            if takesAnyDate { return true }
            warn("the \(kind) \"\(name)\" stays as it is here: the store's is older")
            return false
        }
    }

    private func restoreSelection(_ content: StoreContent) throws {
        guard try reader.selection().operator == nil else { return }
        let entry = try reader.operators().first { $0.name.isExactly(content.selection.operator) }
        guard let entry else { return }
        try select(operator: entry)
        let account = try reader.accounts(of: entry).first { $0.name.isExactly(content.selection.account) }
        if let account { try select(account: account, of: entry) }
    }
}
