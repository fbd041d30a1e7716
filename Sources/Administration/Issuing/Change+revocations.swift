import Claims
import NKeys

extension Change {
    /// Revokes what was issued to a user.
    ///
    /// - Parameters:
    ///   - reference: a name, a public key (which the directory need not know) or `*` for every user.
    ///   - time: what was issued at or before it counts no more; nil for everything issued so far.
    /// - Returns: the key or `*`, and the time of its entry.
    @discardableResult
    public func revokeUser(
        _ reference: EntityReference, at place: Place, through time: Int64? = nil, signer: SignerChoice = .automatic
    ) throws -> (subject: String, time: Int64) {
        let account = try reader.account(at: place)
        let subject = try revocable(reference, in: account)
        let latest =
            subject == RevocationList.everyone
            ? try reader.latestUserIssue(in: account.publicKey) : try reader.latestIssue(to: subject)
        if let time, time > now { warn("the revocation lies in the future: nothing issued before then will count") }
        var entry = time ?? IssueTime.revocation(now: now, last: latest)
        if let kept = try account.claims().revocations.entries[subject], kept > entry {
            warn("nothing was changed: an entry with a later time is kept")
            return (subject, kept)
        }
        try revoking {
            try editAccount(account, signer: signer) { claims, _ in
                claims.revocations.revoke(subject, at: entry)
                entry = claims.revocations.entries[subject] ?? entry
            }
        }
        note(.added, "revocation", reference.text, key: subject)
        return (subject, entry)
    }

    /// Takes a revocation back: credentials that it covered work again, unless they expired.
    public func deleteRevocation(
        _ reference: EntityReference, at place: Place, signer: SignerChoice = .automatic
    ) throws {
        let account = try reader.account(at: place)
        let subject = try revocable(reference, in: account)
        try editAccount(account, signer: signer) { claims, _ in
            guard claims.revocations.entries[subject] != nil else {
                throw AdministrationError(
                    .notFound, "\"\(reference)\" is not revoked in the account \"\(account.name)\"",
                    remedy: "see \"chancery revocations list-users --account \(commandWord(account.name))\"")
            }
            claims.revocations.clear(subject)
            if claims.revocations.entries[RevocationList.everyone] != nil, subject != RevocationList.everyone {
                warn("the revocation of every user (*) still covers \"\(reference)\"")
            }
        }
        note(.deleted, "revocation", reference.text, key: subject)
    }

    /// The key that a revocation is about.
    private func revocable(_ reference: EntityReference, in account: AccountEntry) throws -> String {
        if reference.text == RevocationList.everyone { return reference.text }
        if let key = reference.publicKey {
            guard key.kind == .user else {
                throw AdministrationError(
                    .invalidValue, "\(key) is not a user public key", remedy: "give a key that begins with U")
            }
            return key.text
        }
        return try reader.user(reference, of: account).publicKey.text
    }
}
