import NKeys

extension ActivationClaims {
    /// The checks that do not depend on the time.
    func validate(_ issues: inout IssueList) {
        if importType == .unknown { issues.error("invalid import type: \(quoted(importType.name))", at: "kind") }
        issues.at("subject") { SubjectRules.check(importSubject, &$0) }
        if !issuerAccount.isEmpty, !PublicKey.isValid(issuerAccount, .account) {
            issues.error("account_id is not an account public key", at: "issuer_account")
        }
    }
}
