import NKeys

extension AuthorizationRequestClaims {
    func validate(_ issues: inout IssueList) {
        if userKey.isEmpty {
            issues.error("User nkey is required", at: "user_nkey")
        } else if !PublicKey.isValid(userKey, .user) {
            issues.error("User nkey \(quoted(userKey)) is not a valid user public key", at: "user_nkey")
        }
    }
}

extension AuthorizationResponseClaims {
    func validate(_ issues: inout IssueList) {
        if !PublicKey.isValid(subject, .user) { issues.error("Subject must be a user public key", at: "sub") }
        if !PublicKey.isValid(common.audience, .server) {
            issues.error("Audience must be a server public key", at: "aud")
        }
        if error.isEmpty, jwt.isEmpty { issues.error("Error or Jwt is required", at: "nats", "jwt") }
        if !error.isEmpty, !jwt.isEmpty { issues.error("Only Error or Jwt can be set", at: "nats", "error") }
        if !issuerAccount.isEmpty, !PublicKey.isValid(issuerAccount, .account) {
            issues.error("issuer_account is not an account public key", at: "nats", "issuer_account")
        }
    }
}
