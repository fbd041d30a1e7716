import NKeys

extension ExternalAuthorization {
    func validate(_ issues: inout IssueList) {
        if users.isEmpty, !allowedAccounts.isEmpty {
            issues.error("External authorization cannot have accounts without users specified")
        }
        for user in users where !PublicKey.isValid(user, .user) {
            issues.error("AuthUser \(quoted(user)) is not a valid user public key")
        }
        for account in allowedAccounts {
            if account == "*" {
                guard allowedAccounts.count > 1 else { continue }
                issues.error(#"AllowedAccounts can only be a list of accounts or "*""#)
            } else if !PublicKey.isValid(account, .account) {
                issues.error("Account \(quoted(account)) is not a valid account public key")
            }
        }
        if !xkey.isEmpty, !PublicKey.isValid(xkey, .curve) {
            issues.error("XKey \(quoted(xkey)) is not a valid public xkey")
        }
    }
}

extension MessageTrace {
    func validate(_ issues: inout IssueList) {
        var found = IssueList()
        SubjectRules.check(destination, &found)
        if let first = found.issues.first {
            issues.error("the account Trace.Destination \(first.description)")
        }
        if SubjectRules.hasWildcards(destination) {
            issues.error(
                "the account Trace.Destination subject \(quoted(destination)) is not a valid publish subject")
        }
        if !(0...100).contains(sampling) {
            issues.error(
                "the account Trace.Sampling value '\(sampling)' is not valid, should be in the range [1..100]")
        }
    }
}
