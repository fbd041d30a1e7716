/// Why somebody was not let in, or was cut off. For the operator's eyes: a client is told `Authorization Violation`
/// and no more, so that it learns nothing about what would have worked.
public enum Refusal: String, Error, Sendable, Hashable, CaseIterable {
    // What was presented.
    case noCredentials = "no_credentials"
    case accountDesignated = "account_designated"
    case unsupportedCredentials = "unsupported_credentials"
    case undecodableUserToken = "undecodable_user_token"
    case invalidUserClaims = "invalid_user_claims"
    case userExpired = "user_expired"
    case userNotYetValid = "user_not_yet_valid"
    case proxyRequired = "proxy_required"

    // The chain of trust.
    case accountNotPinned = "account_not_pinned"
    case unknownAccount = "unknown_account"
    case untrustedAccount = "untrusted_account"
    case invalidAccountClaims = "invalid_account_claims"
    case untrustedIssuer = "untrusted_issuer"
    case accountExpired = "account_expired"

    // The scope.
    case scopedUserWithPermissions = "scoped_user_with_permissions"
    case invalidTemplate = "invalid_template"

    // The effective user.
    case bearerNotAllowed = "bearer_not_allowed"
    case connectionTypeNotAllowed = "connection_type_not_allowed"
    case invalidSignature = "invalid_signature"
    case revoked = "revoked"
    case sourceNotAllowed = "source_not_allowed"
    case outsideHours = "outside_hours"

    // Binding to the account, and what ends a connection later.
    case accountConnectionLimit = "account_connection_limit"
    case authenticationTimeout = "authentication_timeout"
    case permissionsWithdrawn = "permissions_withdrawn"
    case accountDeleted = "account_deleted"

    /// A sentence for people who administer the server.
    public var explanation: String {
        switch self {
        case .noCredentials: "no user JWT was presented"
        case .accountDesignated: "the client named the account to be put into; only credentials decide that"
        case .unsupportedCredentials: "users, passwords and tokens are not used in operator mode"
        case .undecodableUserToken: "the user JWT is malformed or its signature does not verify"
        case .invalidUserClaims: "the user JWT has claims that do not validate"
        case .userExpired: "the user JWT has expired"
        case .userNotYetValid: "the user JWT is not valid yet"
        case .proxyRequired: "the user may connect only through a trusted proxy"
        case .accountNotPinned: "the user's account is not one that this server is pinned to"
        case .unknownAccount: "no account JWT is known for the user's account"
        case .untrustedAccount: "the account JWT is not signed by a trusted operator key"
        case .invalidAccountClaims: "the account JWT has claims that do not validate"
        case .untrustedIssuer: "the user JWT is not signed by the account or one of its signing keys"
        case .accountExpired: "the account JWT has expired"
        case .scopedUserWithPermissions: "a user of a scoped signing key carries permissions or limits of its own"
        case .invalidTemplate: "the scope's template cannot be filled in for this user"
        case .bearerNotAllowed: "the account does not allow bearer tokens"
        case .connectionTypeNotAllowed: "the user may not connect in this way"
        case .invalidSignature: "the nonce is not signed by the user's key"
        case .revoked: "the user JWT has been revoked"
        case .sourceNotAllowed: "the user may not connect from this address"
        case .outsideHours: "the user may not connect at this time of day"
        case .accountConnectionLimit: "the account has as many connections as it may have"
        case .authenticationTimeout: "the client did not sign in in time"
        case .permissionsWithdrawn: "the key that signed the user JWT, or its scope, was changed or removed"
        case .accountDeleted: "the account was deleted"
        }
    }
}
