/// The types of claims that NATS knows, by their text in `nats.type`.
public enum ClaimKind: String, Sendable, Hashable, CaseIterable {
    case `operator`
    case account
    case user
    case activation
    case authorizationRequest = "authorization_request"
    case authorizationResponse = "authorization_response"
    /// Any other type, whose content is kept as JSON.
    case generic
}
