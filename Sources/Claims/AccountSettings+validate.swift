import NKeys

extension ExternalAuthorization {
    func validate(_ issues: inout IssueList) {
        if users.isEmpty, !allowedAccounts.isEmpty {
            issues.error("External authorization cannot have accounts without users specified", at: "auth_users")
        }
        for (index, user) in users.enumerated() where !PublicKey.isValid(user, .user) {
            issues.error(
                "AuthUser \(quoted(user)) is not a valid user public key", at: "auth_users", .element(index))
        }
        for (index, account) in allowedAccounts.enumerated() {
            if account == "*" {
                guard allowedAccounts.count > 1 else { continue }
                issues.error(
                    #"AllowedAccounts can only be a list of accounts or "*""#, at: "allowed_accounts", .element(index))
            } else if !PublicKey.isValid(account, .account) {
                issues.error(
                    "Account \(quoted(account)) is not a valid account public key", at: "allowed_accounts",
                    .element(index))
            }
        }
        if !xkey.isEmpty, !PublicKey.isValid(xkey, .curve) {
            issues.error("XKey \(quoted(xkey)) is not a valid public xkey", at: "xkey")
        }
    }
}

extension MessageTrace {
    func validate(_ issues: inout IssueList) {
        var found = IssueList()
        SubjectRules.check(destination, &found)
        if let first = found.issues.first {
            issues.error("the account Trace.Destination \(first.description)", at: "dest")
        }
        if SubjectRules.hasWildcards(destination) {
            issues.error(
                "the account Trace.Destination subject \(quoted(destination)) is not a valid publish subject",
                at: "dest")
        }
        if !(0...100).contains(sampling) {
            issues.error(
                "the account Trace.Sampling value '\(sampling)' is not valid, should be in the range [1..100]",
                at: "sampling")
        }
    }
}
