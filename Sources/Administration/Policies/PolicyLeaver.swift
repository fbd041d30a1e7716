import Claims
import GRDB
import NKeys
import Policy

/// A key that somebody signs in with, by the name of a file's user or under a role of the file, and that stops counting.
struct PolicyLeaver {
    let name: String
    let key: String
    /// When it was issued something last, Unix seconds.
    let lastIssue: Int64
    /// Its row; nil for a user who was deleted before.
    let user: UserEntry?
    /// Who signed what it has: an account's key, or a role's.
    let issuer: String
    let tags: [String]
    /// Why it stops counting, in words; nil for one by the name of a file's user, where the file says so.
    var reason: String?

    init(_ claims: UserClaims, _ user: UserEntry? = nil) {
        (name, key, lastIssue) = (user?.name ?? claims.name, user?.publicKey.text ?? claims.subject, claims.issuedAt)
        (issuer, tags, self.user) = (claims.issuer, claims.tags, user)
    }
}

extension Change {
    /// Whoever is cut off when a file comes into force: those by the names of users whom it declared or declares, and
    /// those whom its roles' keys may not have signed.
    func leavers(
        of account: AccountEntry, from before: GovernedState, to target: GovernedState
    ) throws -> [PolicyLeaver] {
        let declared = try declaredLeavers(of: account, from: before, to: target)
        let latest = Dictionary(declared.map { ($0.key, $0.lastIssue) }, uniquingKeysWith: max)
        return try declared
            + outsiders(of: account, in: target).filter { outsider in
                latest[outsider.key].map { $0 < outsider.lastIssue } ?? true
            }
    }

    /// The keys by the names of declared users that hold something else than what the file will say: of users whom it
    /// declared and declares no more, and whatever another key signed than that of the user's role, or has other values of
    /// its tags. What they hold stops counting, also where somebody deleted the user and left the credentials. Users whom
    /// no file declares, or that the file leaves alone, belong to the directory.
    ///
    /// A role is its key: another name for it changes nothing.
    func declaredLeavers(
        of account: AccountEntry, from before: GovernedState, to target: GovernedState
    ) throws -> [PolicyLeaver] {
        let (old, new) = (before.usersByName, target.usersByName)
        // What is let go stays as it is.
        let leave = LeavePolicy(texts: target.leaves)
        let declared = target.texts == nil ? [] : target.users.filter { !leave.covers(.users, $0.name) }
        let names = before.users.map(\.name) + declared.map(\.name).filter { old[Array($0.utf8)] == nil }
        guard !names.isEmpty else { return [] }
        let former = Dictionary(grouping: try formerHolders(of: account)) { Array($0.name.utf8) }
        let keys = try target.roleKeys(subject: account.publicKey.text)
        return try names.flatMap { name in
            let user = new[Array(name.utf8)]
            var holders = former[Array(name.utf8)] ?? []
            if let entry = try reader.findUser(EntityReference(name), of: account) {
                holders.append(PolicyLeaver(try entry.claims(), entry))
            }
            guard let user, old[Array(name.utf8)].map({ $0.tags == user.tags }) ?? true else { return holders }
            guard !leave.covers(.users, name) else { return [] }
            return holders.filter { !$0.holds(user, signedBy: keys[user.role] ?? []) }
        }
    }

    /// Keys that are no users of an account any more, and hold tokens that still count, by the names in these.
    func formerHolders(of account: AccountEntry) throws -> [PolicyLeaver] {
        let sql = """
            SELECT text FROM tokens WHERE scope = ? AND kind = ?
            AND subject NOT IN (SELECT public_key FROM users WHERE account = ?)
            """
        let revocations = try account.claims().revocations
        var holders: [PolicyLeaver] = []
        let texts = try database.texts(
            sql, [account.publicKey.text, ClaimKind.user.rawValue, account.publicKey.text])
        for text in texts {
            guard let claims = try? UserClaims.decode(text), claims.expires == 0 || claims.expires > now,
                !revocations.isRevoked(claims.subject, issuedAt: claims.issuedAt)
            else { continue }
            holders.append(PolicyLeaver(claims))
        }
        return holders
    }

    /// Refuses a name whose earlier holder could still sign in under it: roles of policies go by names.
    func checkNameIsFree(_ name: String, for key: String?, in account: AccountEntry) throws {
        guard try reader.isGoverned(account.publicKey) else { return }
        let holder = try formerHolders(of: account).first { holder in
            holder.name.isExactly(name) && !(key.map { $0.isExactly(holder.key) } ?? false)
        }
        guard let holder else { return }
        throw AdministrationError(
            .refused,
            "the name \"\(name)\" is taken in the account \"\(account.name)\": what its earlier holder \(holder.key) has "
                + "still counts",
            remedy: "revoke that with \"chancery revocations add-user \(holder.key) --account "
                + "\(commandWord(account.name))\"")
    }

    /// Refuses to give a user whom a policy file declares something else than the file does, unless somebody insists, which
    /// is recorded.
    ///
    /// - Parameters:
    ///   - claims: of the user, with their issuer.
    ///   - isMeant: whether somebody insists.
    func checkDeclared(_ name: String, _ claims: UserClaims, of account: AccountEntry, isMeant: Bool) throws {
        guard !isApplyingPolicies, try reader.isGoverned(account.publicKey),
            let user = try reader.declaredUsers(of: account.publicKey).first(where: { $0.name.isExactly(name) })
        else { return }
        let keys = try account.claims().signingKeys.compactMap(\.scope).filter { $0.role.isExactly(user.role) }.map(
            \.key)
        guard !PolicyLeaver(claims).holds(user, signedBy: Set(keys)) else { return }
        let tags = user.tags.isEmpty ? "" : " with the tags \(user.tags.joined(separator: ", "))"
        try refuseUnlessForced(
            account, isMeant: isMeant,
            "the policy file of the account \"\(account.name)\" declares the user \"\(name)\" of the role "
                + "\"\(user.role)\"\(tags)",
            remedy:
                "get its credentials with \"chancery generate creds\", or change the file and run \"chancery policy "
                + "apply\"",
            warning:
                "the policy file of \"\(account.name)\" declares the user \"\(name)\" otherwise: the next \"chancery "
                + "policy apply\" revokes this")
    }
}

extension PolicyLeaver {
    /// Whether it holds what a file declares: the role, and the values of the role's tags.
    fileprivate func holds(_ user: CompiledUser, signedBy keys: Set<String>) -> Bool {
        func name(_ tag: String) -> Substring { tag.prefix { $0 != ":" } }
        let names = Set(user.tags.map(name))
        return keys.contains(issuer) && Set(tags.filter { names.contains(name($0)) }) == Set(user.tags)
    }
}

extension GovernedState {
    /// Its users, by the bytes of their names.
    fileprivate var usersByName: [[UInt8]: CompiledUser] {
        Dictionary(users.map { (Array($0.name.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The keys of each role by its name: that of its row, and those in the claims.
    func roleKeys(subject: String) throws(AdministrationError) -> [String: Set<String>] {
        var keys: [String: Set<String>] = [:]
        for role in roles { keys[role.name, default: []].insert(role.publicKey) }
        for scope in try accountClaims(subject: subject).signingKeys.compactMap(\.scope) {
            keys[scope.role, default: []].insert(scope.key)
        }
        return keys
    }
}
