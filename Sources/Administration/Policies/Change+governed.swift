import Audit
import Claims
import NKeys
import Policy

extension Change {
    /// Refuses an edit by hand of what a file governs, unless somebody insists, which is recorded. Revocations are always
    /// allowed: they are no business of policies.
    func checkGoverned(
        _ account: AccountEntry, from before: AccountClaims, to after: AccountClaims
    ) throws {
        guard !isApplyingPolicies, try reader.isGoverned(account.publicKey) || isOnItsWay(account) else { return }
        var (one, other) = (before, after)
        one.forgetRevocations()
        other.forgetRevocations()
        guard try one.json() != other.json() else { return }
        try refuseGoverned(account)
    }

    /// - Throws: an error of code `refused`, unless ``overridesPolicies``.
    func refuseGoverned(_ account: AccountEntry) throws {
        guard !isApplyingPolicies else { return }
        if try isOnItsWay(account) { return try refuseOnItsWay(account) }
        guard try reader.isGoverned(account.publicKey) else { return }
        try refuseUnlessForced(
            account, "the account \"\(account.name)\" is governed by its policy file",
            remedy: "change the file and run \"chancery policy apply\", or insist with --force, which is recorded",
            warning:
                "\"\(account.name)\" is governed by its policy file: \"chancery policy plan\" lists this for removal "
                + "until the file says so too")
    }

    /// Refuses what is done by hand beside the policy file of an account, unless somebody insists, which is recorded.
    ///
    /// - Parameters:
    ///   - isMeant: whether somebody insists; nil for what the whole change says.
    ///   - warning: what comes of it for whoever insists.
    func refuseUnlessForced(
        _ account: AccountEntry, isMeant: Bool? = nil, _ refusal: String, remedy: String, warning: String
    ) throws {
        guard isMeant ?? overridesPolicies else { throw AdministrationError(.refused, refusal, remedy: remedy) }
        recordForced(account)
        warn(warning)
    }

    /// Has the record say that somebody insisted on something beside the policy file of an account: once for a change.
    func recordForced(_ account: AccountEntry) {
        let isRecorded = policies.contains {
            $0.operation == .policyOverride && $0.id.isExactly(account.publicKey.text)
        }
        if !isRecorded { policies.append(AuditedPolicy(forced: account)) }
    }

    /// Whether an apply, or an undo, that is not finished is about an account: what comes of it is not what it is now.
    private func isOnItsWay(_ account: AccountEntry) throws -> Bool {
        let entry = try reader.operator(EntityReference(account.operator))
        return try reader.unfinishedPolicyRun(of: entry)?.target.accounts[account.publicKey.text] != nil
    }

    private func refuseOnItsWay(_ account: AccountEntry) throws {
        try refuseUnlessForced(
            account, "an apply of policies to the account \"\(account.name)\" is not finished",
            remedy:
                "finish it with \"chancery policy apply --resume\", or go back with \"chancery policy undo\"; or insist "
                + "with --force, which is recorded",
            warning:
                "an apply of policies to \"\(account.name)\" is not finished: \"chancery policy plan --resume\" lists "
                + "this for removal, and \"chancery policy apply --resume\" takes it back")
    }

    /// Refuses to delete a user whom a policy file declares, unless somebody insists, which is recorded.
    func checkDeclared(_ user: UserEntry, of account: AccountEntry) throws {
        guard !isApplyingPolicies, try reader.isGoverned(account.publicKey),
            try reader.declaredUsers(of: account.publicKey).contains(where: { $0.name.isExactly(user.name) })
        else { return }
        try refuseUnlessForced(
            account, "the policy file of the account \"\(account.name)\" declares the user \"\(user.name)\"",
            remedy: "take it out of the file and run \"chancery policy apply\", which revokes what it has, or insist "
                + "with --force, which is recorded",
            warning:
                "the policy file of \"\(account.name)\" still declares the user \"\(user.name)\": it gets another key "
                + "when somebody asks for its credentials, once nothing that it had counts any more")
    }
}

extension AccountClaims {
    /// Leaves out what is revoked.
    mutating func forgetRevocations() {
        revocations = RevocationList()
        for index in exports.indices { exports[index].revocations = RevocationList() }
    }
}
