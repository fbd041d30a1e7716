import Claims
import GRDB
import NKeys

/// How an account is deleted.
public struct AccountDeletion: Sendable, Hashable {
    /// Whether everything issued to its users is revoked in a last version of its token.
    public var revokesUsers = true
    /// Whether it may be the operator's system account.
    public var isForced = false
    /// Whether the seeds of the account, its signing keys and its users are deleted from the keyring.
    public var forgetsSeeds = false
    /// Whether whoever deletes it brings that to the servers, too.
    public var isTakenToServers = false

    public init() {}
}

extension Change {
    /// Deletes an account and its users from the directory.
    ///
    /// Servers keep their copy of its token until it is deleted there. Its tokens stay in the history, the last of
    /// them with the revocation of every user.
    public func deleteAccount(
        at place: Place, _ deletion: AccountDeletion = AccountDeletion(), signer: SignerChoice = .automatic
    ) throws {
        let entry = try reader.operator(at: place)
        let account = try reader.account(at: place)
        guard try deletion.isForced || account.publicKey.text != entry.claims().systemAccount else {
            throw AdministrationError(
                .refused, "\"\(account.name)\" is the system account of the operator \"\(entry.name)\"",
                remedy: "name another one with \"chancery edit operator --system-account\", or insist with --force")
        }
        guard deletion.isForced || !entry.isManaged else {
            throw AdministrationError(
                .refused, "the operator \"\(entry.name)\" is run elsewhere, and keeps the account \"\(account.name)\"",
                remedy: "tell its owner, and delete the account here with --force")
        }
        try refuseGoverned(account)
        // An account whose token cannot be read, or has no room left, can still be deleted: servers forget it.
        let keys = try reader.signingKeys(of: account)
        if deletion.revokesUsers {
            do {
                try revokeUser(EntityReference(RevocationList.everyone), at: place, signer: signer)
            } catch let error as AdministrationError where error.code == .tokenTooLarge || error.code == .storageFailed
            {
                warn("nothing was revoked, since \(error.message)")
            }
        }
        for user in try reader.users(of: account) { try delete(user, forgettingSeed: deletion.forgetsSeeds) }
        for key in keys { try discard(key, forgettingSeed: deletion.forgetsSeeds) }
        try database.execute(sql: "DELETE FROM accounts WHERE public_key = ?", arguments: [account.publicKey.text])
        try discard(account.publicKey.text, forgettingSeed: deletion.forgetsSeeds)
        note(.deleted, "account", account.name, key: account.publicKey.text)
        try warnAboutImporters(of: account, in: entry)
        guard !deletion.isTakenToServers else { return }
        warn(
            "servers keep their copy of \"\(account.name)\": delete it there with "
                + "\"chancery push --account-removal \(account.publicKey)\"")
    }

    private func delete(_ user: UserEntry, forgettingSeed: Bool) throws {
        try database.execute(
            sql: "DELETE FROM users WHERE account = ? AND public_key = ?",
            arguments: [user.account.text, user.publicKey.text])
        // One user key may live in several accounts.
        if try !reader.isUser(user.publicKey) { try discard(user.publicKey.text, forgettingSeed: forgettingSeed) }
        note(.deleted, "user", user.name, key: user.publicKey.text)
    }

    private func discard(_ key: String, forgettingSeed: Bool) throws {
        try release(key)
        if forgettingSeed, let key = EntityReference(key).publicKey { try keyring.forget(key) }
    }

    private func warnAboutImporters(of account: AccountEntry, in entry: OperatorEntry) throws {
        for other in try reader.accounts(of: entry) {
            let imports = (try? other.claims().imports.filter { $0.account == account.publicKey.text }) ?? []
            guard !imports.isEmpty else { continue }
            let subjects = imports.map { "\"\($0.subject)\"" }.joined(separator: ", ")
            warn("the account \"\(other.name)\" still imports \(subjects) from \"\(account.name)\"")
        }
    }
}

extension DirectoryReader {
    /// The signing keys of an account, roles included, as the directory knows them.
    fileprivate func signingKeys(of account: AccountEntry) throws -> [String] {
        if let claims = try? account.claims() { return claims.signingKeys.map(\.key) }
        let sql = "SELECT public_key AS text FROM keys WHERE owner = ? AND purpose IN ('signing', 'role')"
        return try database.texts(sql, [account.publicKey.text])
    }

    /// Whether a key is a user of any account.
    func isUser(_ key: PublicKey) throws -> Bool {
        try database.finds("SELECT 1 FROM users WHERE public_key = ?", [key.text])
    }
}
