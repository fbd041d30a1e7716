import NKeys

extension ActivationClaims {
    /// The checks that do not depend on the time.
    func validate(_ issues: inout IssueList) {
        if importType == .unknown { issues.error("invalid import type: \(quoted(importType.name))") }
        SubjectRules.check(importSubject, &issues)
        if !issuerAccount.isEmpty, !PublicKey.isValid(issuerAccount, .account) {
            issues.error("account_id is not an account public key")
        }
    }
}
