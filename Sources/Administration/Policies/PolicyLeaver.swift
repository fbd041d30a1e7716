import Claims
import GRDB
import NKeys
import Policy

/// A key that a file's user has or had, and that stops counting.
struct PolicyLeaver {
    let name: String
    let key: String
    /// When it was issued something last, Unix seconds.
    let lastIssue: Int64
    /// Its row; nil for a user who was deleted before.
    let user: UserEntry?
}

extension Change {
    /// The keys of users whom the file declared and declares no more, or in another role or with other values: what they
    /// hold stops counting, also where somebody deleted the user and left the credentials. Users who were issued under a
    /// role belong to the directory.
    func leavers(
        of account: AccountEntry, from before: GovernedState, to target: GovernedState
    ) throws -> [PolicyLeaver] {
        let gone = before.users.filter { user in
            !target.users.contains {
                $0.name.isExactly(user.name) && $0.role.isExactly(user.role) && $0.tags == user.tags
            }
        }
        guard !gone.isEmpty else { return [] }
        let former = try formerHolders(of: account)
        return try gone.flatMap { user in
            var leavers = former.filter { $0.name.isExactly(user.name) }
            if let entry = try reader.findUser(EntityReference(user.name), of: account) {
                leavers.append(
                    PolicyLeaver(
                        name: user.name, key: entry.publicKey.text, lastIssue: try entry.claims().issuedAt, user: entry)
                )
            }
            return leavers
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
            holders.append(
                PolicyLeaver(name: claims.name, key: claims.subject, lastIssue: claims.issuedAt, user: nil))
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
}
