/// What was done, for records of the kinds `admin` and `key`. The list is closed.
public enum AuditOperation: String, Sendable, Hashable, CaseIterable, Codable {
    /// The log begins; the object is the key that signs it.
    case logOpen = "log.open"
    case operatorAdd = "operator.add"
    case operatorEdit = "operator.edit"
    case operatorDelete = "operator.delete"
    case accountAdd = "account.add"
    case accountEdit = "account.edit"
    case accountDelete = "account.delete"
    /// A server was given an account's token.
    case accountPush = "account.push"
    /// A server was asked to delete an account.
    case accountWithdraw = "account.withdraw"
    case userAdd = "user.add"
    case userEdit = "user.edit"
    case userDelete = "user.delete"
    /// A user token was signed that the directory does not keep a user for.
    case userIssue = "user.issue"
    case activationIssue = "activation.issue"
    /// A token of another kind was signed.
    case claimsIssue = "claims.issue"
    /// A token was there before the log was.
    case tokenAdopt = "token.adopt"
    /// A seed was put into the keyring.
    case keyKeep = "key.keep"
    /// A seed was deleted from the keyring.
    case keyForget = "key.forget"
    /// A seed left the keyring.
    case keyExport = "key.export"
    /// A user's credentials left the keyring.
    case credentialsExport = "creds.export"
    /// The keyring was made.
    case keyringMake = "keyring.make"
    /// The keyring was sealed in another way, or with another key.
    case keyringSeal = "keyring.seal"
    /// A set of policies begins to be applied; `after` is the hash of its files.
    case policyApply = "policy.apply"
    /// What was before the last apply begins to be brought back.
    case policyUndo = "policy.undo"
    /// Somebody insisted on editing by hand what policies govern.
    case policyOverride = "policy.override"
    /// Policies let go of an account, which stays as it is.
    case policyRelease = "policy.release"
    /// Somebody was given access to the service.
    case tokenAdd = "token.add"
    /// Access to the service was taken back.
    case tokenRevoke = "token.revoke"
    /// Somebody asked the service for what it may not have.
    case accessRefuse = "access.refuse"
    /// An account asked another one for an import.
    case importRequest = "import.request"
    /// An account took its request back.
    case importWithdraw = "import.withdraw"
    /// An account granted another one's request.
    case importApprove = "import.approve"
    /// An account refused another one's request.
    case importRefuse = "import.refuse"
    /// A backup left the directory.
    case backupExport = "backup.export"
    /// The directory was brought back from a backup: what the log said after that is not in it.
    case backupRestore = "backup.restore"
}
