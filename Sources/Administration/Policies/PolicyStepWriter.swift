import Claims
import FoundationEssentials
import GRDB
import NKeys
import Policy

/// Writes one step of a run into the directory, inside one change.
struct PolicyStepWriter {
    let change: Change
    let run: PolicyRun
    let step: ApplyStep
    /// How many waves of the step were before.
    let wave: Int
    let course: ApplyCourse
    /// The keys of the accounts that it is about.
    let accounts: Set<String>
    /// Whether no wave of the step comes after this one.
    let isLast: Bool

    private var database: Database { change.database }

    /// - Returns: the accounts whose tokens or settings changed.
    func write(of entry: OperatorEntry) throws -> [AccountEntry] {
        var changed: [AccountEntry] = []
        for (key, target) in run.target.accounts.sorted(by: { $0.key < $1.key }) where accounts.contains(key) {
            guard let key = EntityReference(key).publicKey, let account = try change.reader.accountEntry(key),
                let before = run.before.accounts[key.text]
            else { continue }
            var hasNewSettings = false
            let getsRoles = step == .switch && course.getsRoles(key.text, in: wave)
            if getsRoles { hasNewSettings = try switchOver(account, to: target) }
            // Whoever may not hold the roles of the switch is out in the same moment. Whoever was let in since goes with the
            // end.
            let leavers = getsRoles || step == .narrow ? try change.leavers(of: account, from: before, to: target) : []
            try change.editAccount(account, signer: .automatic, unlessUnchanged: true) { claims, _ in
                if let next = nextClaims(of: key.text, claims) { claims = next.keeping(claims) }
                claims.revoke(course.withdrawn(by: key.text, after: step))
                for leaver in leavers { claims.revocations.revoke(leaver.key, at: leaver.lastIssue) }
            }
            try remove(leavers.compactMap(\.user), from: account)
            if step == .narrow, isLast { hasNewSettings = try finish(account, before, target) }
            guard let present = try change.reader.accountEntry(key) else { continue }
            if hasNewSettings || present.token != account.token { changed.append(present) }
        }
        try storeSources(of: entry)
        return changed
    }

    /// What an account gets; nil where it has what it gets later: who goes on in the middle of the waves finds done what was
    /// done.
    private func nextClaims(of key: String, _ present: AccountClaims) -> AccountClaims? {
        guard step == .switch else { return course.claims(of: key, after: step) }
        let isBeyond = course.isBeyond(wave, present, of: key) { $0.keeping(present) }
        return isBeyond ? nil : course.claims(of: key, in: wave)
    }

    // MARK: The switch

    /// Settings, users and what people read.
    ///
    /// - Returns: whether there are new settings.
    private func switchOver(_ account: AccountEntry, to target: GovernedState) throws -> Bool {
        let hasNewSettings = try writeSettings(account, repliesBetween(account, target))
        for role in target.roles {
            try database.run(
                sql: "UPDATE policy_roles SET terms = ? WHERE account = ? AND public_key = ?",
                arguments: [role.termsText(), account.publicKey.text, role.publicKey])
        }
        try database.run(sql: "DELETE FROM policy_users WHERE account = ?", arguments: [account.publicKey.text])
        for user in target.users {
            let content = String(decoding: try JSONEncoder().encode(user), as: UTF8.self)
            try database.run(
                sql: "INSERT INTO policy_users (account, name, content) VALUES (?, ?, ?)",
                arguments: [account.publicKey.text, user.name, content])
        }
        try database.run(sql: "DELETE FROM policy_descriptions WHERE account = ?", arguments: [account.publicKey.text])
        for (subject, text) in target.descriptions {
            try database.run(
                sql: "INSERT INTO policy_descriptions (account, subject, description) VALUES (?, ?, ?)",
                arguments: [account.publicKey.text, subject, text])
        }
        try database.run(sql: "DELETE FROM policy_requests WHERE importer = ?", arguments: [account.publicKey.text])
        for request in target.requests {
            try database.run(
                sql: """
                    INSERT OR IGNORE INTO policy_requests (importer, exporter, kind, subject, requested_at)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [request.importer, request.exporter, request.kind, request.subject, change.now])
        }
        try change.askForPolicies(target.requests, by: account)
        return hasNewSettings
    }

    /// Servers have settings before claims. Where a role's answers may go anywhere from now on, that waits until nobody has
    /// anything of the old claims: what may be asked for then is something else.
    private func repliesBetween(_ account: AccountEntry, _ target: GovernedState) throws -> [String: String] {
        let old = try change.reader.settings(of: account.publicKey)?.roles ?? [:]
        var replies = target.replies ?? [:]
        for (key, settings) in old where settings.replies == .own {
            replies[key] = RoleSettings.Replies.own.rawValue
        }
        return replies
    }

    /// - Returns: whether they are others than before.
    private func writeSettings(_ account: AccountEntry, _ replies: [String: String]) throws -> Bool {
        let old = try change.reader.settings(of: account.publicKey)
        var settings = old ?? SettingsClaims(subject: account.publicKey.text)
        settings.roles = [:]
        for (key, word) in replies {
            settings.roles[key] = RoleSettings(replies: RoleSettings.Replies(rawValue: word) ?? .own)
        }
        guard settings.roles != (old?.roles ?? [:]) else { return false }
        let entry = try change.reader.operator(EntityReference(account.operator))
        let token = try change.issue(
            settings, scope: account.operator, signer: change.signer(of: entry, .automatic))
        try database.run(
            sql: """
                INSERT INTO policy_settings (account, token) VALUES (?, ?)
                ON CONFLICT (account) DO UPDATE SET token = excluded.token
                """,
            arguments: [account.publicKey.text, token.id])
        change.note(.changed, "settings", account.name, key: account.publicKey.text, token: token)
        return true
    }

    // MARK: The end

    private func remove(_ leavers: [UserEntry], from account: AccountEntry) throws {
        for user in leavers {
            try database.run(
                sql: "DELETE FROM users WHERE account = ? AND public_key = ?",
                arguments: [account.publicKey.text, user.publicKey.text])
            try change.release(user.publicKey.text)
            change.note(.deleted, "user", user.name, key: user.publicKey.text)
        }
    }

    /// - Returns: whether there are new settings.
    private func finish(_ account: AccountEntry, _ before: GovernedState, _ target: GovernedState) throws -> Bool {
        let key = account.publicKey.text
        let hasNewSettings = try writeSettings(account, target.replies ?? [:])
        for role in try change.reader.policyRoles(of: account.publicKey)
        where !target.roles.contains(where: { $0.publicKey == role.publicKey }) {
            try database.run(
                sql: "UPDATE policy_roles SET deleted_at = ? WHERE account = ? AND public_key = ?",
                arguments: [change.now, key, role.publicKey])
            try change.release(role.publicKey)
            change.note(.deleted, "role", role.name, key: role.publicKey)
        }
        // Names may change places, and are unique at every moment.
        try database.run(
            sql: "UPDATE policy_roles SET name = public_key WHERE account = ? AND deleted_at IS NULL", arguments: [key])
        for role in target.roles {
            try database.run(
                sql: """
                    INSERT INTO policy_roles (account, name, public_key, description, terms, created_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (account, public_key) DO UPDATE
                    SET name = excluded.name, description = excluded.description, terms = excluded.terms, deleted_at = NULL
                    """,
                arguments: [key, role.name, role.publicKey, role.description, role.termsText(), change.now])
            if let publicKey = EntityReference(role.publicKey).publicKey {
                try change.register(publicKey, purpose: .role, role: role.name, owner: account.publicKey)
            }
        }
        try govern(account, before, target)
        return hasNewSettings
    }

    private func govern(_ account: AccountEntry, _ before: GovernedState, _ target: GovernedState) throws {
        let key = account.publicKey.text
        if before.texts != nil, target.texts == nil { change.policies.append(AuditedPolicy(released: account)) }
        guard let texts = target.texts, let hash = TokenVersion(hex: texts) else {
            return try database.run(sql: "DELETE FROM policy_accounts WHERE account = ?", arguments: [key])
        }
        var decided = target
        (decided.claims, decided.decided) = (target.decided ?? target.claims, nil)
        try database.run(
            sql: """
                INSERT INTO policy_accounts (account, texts, state) VALUES (?, ?, ?)
                ON CONFLICT (account) DO UPDATE SET texts = excluded.texts, state = excluded.state
                """,
            arguments: [key, Data(hash.bytes), String(decoding: try JSONEncoder().encode(decided), as: UTF8.self)])
    }

    // MARK: Sources

    /// The map of every account's claims as they are after this step, in the transaction that stores them.
    private func storeSources(of entry: OperatorEntry) throws {
        let names = Dictionary(
            try change.reader.accounts(of: entry).map { ($0.publicKey.text, $0.name) },
            uniquingKeysWith: { first, _ in first })
        var sets: [String: PolicySet] = [:]
        for (key, target) in run.target.accounts {
            guard let key = EntityReference(key).publicKey, let account = try change.reader.accountEntry(key),
                let texts = target.texts, let hash = TokenVersion(hex: texts)
            else { continue }
            guard let set = try sets[texts] ?? change.reader.policySet(of: hash),
                let compiled = set.compiled(account.name)
            else {
                continue
            }
            sets[texts] = set
            let map = compiled.sourceMap(of: try account.claims(), accounts: names)
            try database.run(
                sql: "INSERT OR REPLACE INTO policy_sources (texts, version, places) VALUES (?, ?, ?)",
                arguments: [Data(hash.bytes), Data(TokenVersion(of: account.token).bytes), map.encoded])
        }
    }
}

extension AccountClaims {
    /// These claims with what no policy changes taken from others: who signed them when, and what is revoked.
    fileprivate func keeping(_ present: AccountClaims) -> AccountClaims {
        var claims = self
        claims.common = present.common
        claims.revocations = present.revocations
        for index in claims.exports.indices {
            claims.exports[index].revocations = present.revocations(for: claims.exports[index])
        }
        return claims
    }
}

extension GovernedState.Role {
    /// Its terms as they are stored.
    fileprivate func termsText() throws -> String? {
        try terms.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    }
}
