import Claims
import GRDB
import NKeys
import Policy

/// Whether somebody insists on what a policy file does not allow.
struct Insistence {
    let isMeant: Bool
    /// The option that says so.
    let option: String
}

extension Change {
    /// What the whole change says.
    var insistence: Insistence { Insistence(isMeant: overridesPolicies, option: "--force") }

    /// Holds a user who is signed here to the policy file of its account: where nobody has chosen when it ends, the file
    /// does, and what the file does not allow is refused unless somebody insists, which is recorded.
    ///
    /// - Parameters:
    ///   - endIsChosen: whether somebody asked for the end that the claims have.
    ///   - insistence: whether somebody insists.
    func holdToFile(
        _ claims: inout UserClaims, of account: AccountEntry, endIsChosen: Bool, _ insistence: Insistence
    ) throws {
        let role = try reader.policyRole(of: account.publicKey, key: claims.issuer)
        if !endIsChosen, let terms = role?.terms, let end = terms.usualEnd(from: max(now, claims.notBefore)) {
            let isTooLong = terms.lifetimeFault(of: claims, signedAt: now) != nil
            if claims.expires == 0 || isTooLong { claims.expires = end }
        }
        try checkAgainstFile(claims, signedAt: now, of: account, role, insistence)
    }

    /// Refuses a user's token that the policy file of its account does not allow, unless somebody insists, which is
    /// recorded.
    func checkAgainstFile(_ claims: UserClaims, of account: AccountEntry) throws {
        let role = try reader.policyRole(of: account.publicKey, key: claims.issuer)
        try checkAgainstFile(claims, signedAt: claims.issuedAt, of: account, role, insistence)
    }

    private func checkAgainstFile(
        _ claims: UserClaims, signedAt time: Int64, of account: AccountEntry, _ role: GovernedState.Role?,
        _ insistence: Insistence
    ) throws {
        try checkDeclared(claims.name, claims, of: account, isMeant: insistence.isMeant)
        guard !isApplyingPolicies, let role, let fault = role.terms?.fault(of: claims, signedAt: time) else { return }
        let words = fault.text(of: role.name)
        let warning =
            "the policy file of \"\(account.name)\" does not allow what \"\(claims.name)\" has now: \(words)"
            + (fault.isAboutHolder ? "; the next \"chancery policy apply\" revokes this" : "")
        try refuseUnlessForced(
            account, isMeant: insistence.isMeant,
            "the policy file of the account \"\(account.name)\" does not allow that: \(words)",
            remedy: (fault.suggestion.map { "\($0); or " } ?? "")
                + "change the file and run \"chancery policy apply\", or insist with \(insistence.option), which is recorded",
            warning: warning)
    }

    /// When what is signed for a role ends if nobody asks for another time, Unix seconds; nil for never.
    ///
    /// - Parameter key: the role's.
    func usualEnd(of key: String, in account: AccountEntry, from start: Int64) throws -> Int64? {
        try reader.policyRole(of: account.publicKey, key: key)?.terms?.usualEnd(from: max(now, start))
    }

    /// The users whom the keys of a file's roles have signed and may not have: with values of tags that the file does not
    /// declare, or for a key that is another one's. Each token that counts is looked at, also those before a user's last,
    /// and those of users who were deleted. Users whom the file leaves alone stay.
    func outsiders(of account: AccountEntry, in target: GovernedState) throws -> [PolicyLeaver] {
        // What is let go stays as it is.
        guard target.texts != nil else { return [] }
        let roles = target.roles.filter { $0.terms?.areAboutHolders == true }
        guard !roles.isEmpty else { return [] }
        let byKey = Dictionary(roles.map { ($0.publicKey, $0) }, uniquingKeysWith: { first, _ in first })
        let leave = LeavePolicy(texts: target.leaves)
        let revocations = try account.claims().revocations
        var latest: [String: (claims: UserClaims, text: String, reason: String)] = [:]
        let sql =
            "SELECT subject, issuer, issued_at, text FROM tokens WHERE scope = ? AND kind = ? ORDER BY issued_at, id"
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: sql), arguments: [account.publicKey.text, ClaimKind.user.rawValue])
        while let row = try rows.next() {
            guard let role = row.text("issuer").flatMap({ byKey[$0] }), let subject = row.text("subject"),
                let time = row.integer("issued_at"), !revocations.isRevoked(subject, issuedAt: time),
                let text = row.text("text"), let claims = try? UserClaims.decodeKnown(text),
                claims.expires == 0 || claims.expires > now, !leave.covers(.users, claims.name),
                let fault = role.terms?.fault(ofHolder: claims)
            else { continue }
            latest[subject] = (claims, text, fault.text(of: role.name))
        }
        return try latest.sorted { $0.key < $1.key }.map { subject, found in
            let user = try reader.findUser(EntityReference(subject), of: account)
            let isCurrent = user?.token.isExactly(found.text) ?? false
            var leaver = PolicyLeaver(found.claims, isCurrent ? user : nil)
            leaver.reason = (user == nil || isCurrent ? "" : "earlier credentials alone: ") + found.reason
            return leaver
        }
    }
}
