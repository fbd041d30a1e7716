import Claims
import NKeys
import Policy

extension PolicyRun {
    /// How many users of one account are asked for one by one; more are looked for among all of its connections.
    private static let mostUsers = 16

    /// Whose connections end once servers have what is stored of this run: of whoever was revoked since it began, and of all
    /// whose signing key is gone. The switch ends them, and no other step.
    func cuts(of account: AccountEntry) throws -> [ConnectionCut] {
        guard stored == .widen || stored == .switch, let before = before.accounts[account.publicKey.text] else {
            return []
        }
        let (old, new) = (try before.accountClaims(subject: account.publicKey.text), try account.claims())
        let everybody = [ConnectionCut(account.publicKey)]
        guard old.signingKeys.allSatisfy({ new.signingKey($0.key) != nil }) else { return everybody }
        let revoked = new.revocations.entries.filter { key, time in
            old.revocations.entries[key].map { $0 < time } ?? true
        }
        let users = revoked.compactMap { EntityReference($0.key).publicKey }
        guard users.count == revoked.count, users.count <= Self.mostUsers else { return everybody }
        return users.map { ConnectionCut(account.publicKey, user: $0) }
    }
}
