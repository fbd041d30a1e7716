/// Claims of any type.
public enum AnyClaims: Sendable, Hashable {
    case `operator`(OperatorClaims)
    case account(AccountClaims)
    case user(UserClaims)
    case activation(ActivationClaims)
    case authorizationRequest(AuthorizationRequestClaims)
    case authorizationResponse(AuthorizationResponseClaims)
    case generic(GenericClaims)

    /// The claims behind the case.
    public var value: any ClaimSet {
        switch self {
        case .operator(let claims): claims
        case .account(let claims): claims
        case .user(let claims): claims
        case .activation(let claims): claims
        case .authorizationRequest(let claims): claims
        case .authorizationResponse(let claims): claims
        case .generic(let claims): claims
        }
    }

    public var kind: ClaimKind { value.kind }
    public var common: CommonClaims { value.common }
    public var name: String { value.common.name }
    public var subject: String { value.common.subject }
    public var issuer: String { value.common.issuer }
    public var issuedAt: Int64 { value.common.issuedAt }
    public var expires: Int64 { value.common.expires }
    public var notBefore: Int64 { value.common.notBefore }
    public var tags: [String] { value.tags }

    /// `nats.version` of the token that the claims were read from.
    public var formatVersion: Int { value.formatVersion }

    /// `issuer_account` of a user, an activation or a callout's answer; "" elsewhere.
    public var issuerAccount: String {
        switch self {
        case .user(let claims): claims.issuerAccount
        case .activation(let claims): claims.issuerAccount
        case .authorizationResponse(let claims): claims.issuerAccount
        default: ""
        }
    }
}
