import NKeys

extension AuthorizationRequestClaims {
    func validate(_ issues: inout IssueList) {
        if userKey.isEmpty {
            issues.error("User nkey is required")
        } else if !PublicKey.isValid(userKey, .user) {
            issues.error("User nkey \(quoted(userKey)) is not a valid user public key")
        }
    }
}

extension AuthorizationResponseClaims {
    func validate(_ issues: inout IssueList) {
        if !PublicKey.isValid(subject, .user) { issues.error("Subject must be a user public key") }
        if !PublicKey.isValid(common.audience, .server) { issues.error("Audience must be a server public key") }
        if error.isEmpty, jwt.isEmpty { issues.error("Error or Jwt is required") }
        if !error.isEmpty, !jwt.isEmpty { issues.error("Only Error or Jwt can be set") }
        if !issuerAccount.isEmpty, !PublicKey.isValid(issuerAccount, .account) {
            issues.error("issuer_account is not an account public key")
        }
    }
}
