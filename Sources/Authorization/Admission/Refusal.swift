/// Why somebody was not let in, or was cut off. For the operator's eyes: a client is told `Authorization Violation`
/// and no more, so that it learns nothing about what would have worked.
///
/// The list is closed. Its words stand in logs and records, so they do not change.
public enum Refusal: String, Error, Sendable, Hashable, CaseIterable {
    // What was presented.
    case noCredentials = "no_credentials"
    case accountDesignated = "account_designated"
    case unsupportedCredentials = "unsupported_credentials"
    case untrustedProxy = "untrusted_proxy"
    case undecodableUserToken = "undecodable_user_token"
    case sentinelNotBearer = "sentinel_not_bearer"
    case invalidUserClaims = "invalid_user_claims"
    case userExpired = "user_expired"
    case userNotYetValid = "user_not_yet_valid"
    case proxyRequired = "proxy_required"

    // Users of the server's configuration.
    case unknownUser = "unknown_user"
    case unknownKey = "unknown_key"
    case unknownCertificate = "unknown_certificate"
    case certificateOnly = "certificate_only"
    case wrongPassword = "wrong_password"

    // The chain of trust.
    case accountNotPinned = "account_not_pinned"
    case unknownAccount = "unknown_account"
    case untrustedAccount = "untrusted_account"
    case invalidAccountClaims = "invalid_account_claims"
    case untrustedIssuer = "untrusted_issuer"
    case accountExpired = "account_expired"

    // The scope and the permissions.
    case scopedUserWithPermissions = "scoped_user_with_permissions"
    case invalidTemplate = "invalid_template"
    case permissionsTooComplex = "permissions_too_complex"

    // The effective user.
    case bearerNotAllowed = "bearer_not_allowed"
    case connectionTypeNotAllowed = "connection_type_not_allowed"
    case invalidSignature = "invalid_signature"
    case revoked = "revoked"
    case sourceNotAllowed = "source_not_allowed"
    case outsideHours = "outside_hours"

    // The authentication callout.
    case calloutWithoutAnswer = "callout_without_answer"
    case calloutBusy = "callout_busy"
    case calloutDenied = "callout_denied"
    case calloutInvalidAnswer = "callout_invalid_answer"
    case calloutWrongAudience = "callout_wrong_audience"
    case calloutWrongUser = "callout_wrong_user"
    case calloutUntrustedIssuer = "callout_untrusted_issuer"
    case calloutExpired = "callout_expired"
    case calloutPlacement = "callout_placement"

    // Binding to the account, and what ends a connection later.
    case accountConnectionLimit = "account_connection_limit"
    case authenticationTimeout = "authentication_timeout"
    case permissionsWithdrawn = "permissions_withdrawn"
    case accountDeleted = "account_deleted"
    case accountChanged = "account_changed"
    /// The machine was asked or told something out of turn. No client can bring that about.
    case outOfTurn = "out_of_turn"

    /// A sentence for people who administer the server.
    public var explanation: String {
        switch self {
        case .noCredentials: "nothing was presented that could let anybody in"
        case .accountDesignated: "the client named the account to be put into; only credentials decide that"
        case .unsupportedCredentials: "users, passwords and tokens are not used in operator mode"
        case .untrustedProxy: "the proxy's signature is not by a key of a trusted proxy"
        case .undecodableUserToken: "the user JWT is malformed or its signature does not verify"
        case .sentinelNotBearer: "the server's default sentinel is not a bearer's user JWT"
        case .invalidUserClaims: "the user JWT has claims that do not validate"
        case .userExpired: "the user has expired"
        case .userNotYetValid: "the user JWT is not valid yet"
        case .proxyRequired: "the user may connect only through a trusted proxy"
        case .unknownUser: "the server's configuration has no such user"
        case .unknownKey: "the server's configuration has no user with this key"
        case .unknownCertificate: "the certificate names no user that may connect in this way"
        case .certificateOnly: "the user has no password: only a certificate can stand for it"
        case .wrongPassword: "the password or token is not the one of the configuration"
        case .accountNotPinned: "the user's account is not one that this server is pinned to"
        case .unknownAccount: "the user's account is not known here"
        case .untrustedAccount: "the account JWT is not signed by a trusted operator key"
        case .invalidAccountClaims: "the account JWT has claims that do not validate"
        case .untrustedIssuer: "the user JWT is not signed by the account or one of its signing keys"
        case .accountExpired: "the account JWT has expired"
        case .scopedUserWithPermissions: "a user of a scoped signing key carries permissions or limits of its own"
        case .invalidTemplate: "the scope's template cannot be filled in for this user"
        case .permissionsTooComplex: "the permissions are past the bounds of what one decision may cost"
        case .bearerNotAllowed: "the account does not allow bearer tokens"
        case .connectionTypeNotAllowed: "the user may not connect in this way"
        case .invalidSignature: "the nonce is not signed by the user's key"
        case .revoked: "the user JWT has been revoked"
        case .sourceNotAllowed: "the user may not connect from this address"
        case .outsideHours: "the user may not connect at this time of day"
        case .calloutWithoutAnswer: "the authentication callout was not answered in time, or with nothing"
        case .calloutBusy: "too many questions to authentication callouts were open"
        case .calloutDenied: "the authentication callout refused"
        case .calloutInvalidAnswer: "the authentication callout's answer cannot be read or does not validate"
        case .calloutWrongAudience: "the authentication callout's answer is for another server"
        case .calloutWrongUser: "the authentication callout's answer is about another connection"
        case .calloutUntrustedIssuer: "the authentication callout's answer is not signed by a key that may sign it"
        case .calloutExpired: "the authentication callout's answer has expired"
        case .calloutPlacement: "the authentication callout put the user into an account that it may not"
        case .accountConnectionLimit: "the account has as many connections as it may have"
        case .authenticationTimeout: "the client did not sign in in time"
        case .permissionsWithdrawn: "the key that signed the user JWT, or its scope, was changed or removed"
        case .accountDeleted: "the account was deleted"
        case .accountChanged: "the user belongs to another account now"
        case .outOfTurn: "the sign-in was asked out of turn"
        }
    }
}
