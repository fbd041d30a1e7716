/// What can go wrong with a request. The list is closed; `docs/api.md` and `/problems/{code}` show it.
enum ProblemType: String, Sendable, CaseIterable {
    case badRequest = "bad_request"
    case badJSON = "bad_json"
    case unauthenticated
    case forbidden
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case requestTimeout = "request_timeout"
    case conflict
    case alreadyExists = "already_exists"
    case requestRunning = "request_running"
    case preconditionFailed = "precondition_failed"
    case bodyTooLarge = "body_too_large"
    case uriTooLong = "uri_too_long"
    case unsupportedMediaType = "unsupported_media_type"
    case invalidValue = "invalid_value"
    case keyReused = "idempotency_key_reused"
    case aboveCeiling = "above_ceiling"
    case preconditionRequired = "precondition_required"
    case rateLimited = "rate_limited"
    case headersTooLarge = "headers_too_large"
    case internalError = "internal_error"
    case unavailable

    /// The HTTP status that goes with it.
    var status: Int {
        switch self {
        case .badRequest, .badJSON: 400
        case .unauthenticated: 401
        case .forbidden, .aboveCeiling: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .conflict, .alreadyExists, .requestRunning: 409
        case .preconditionFailed: 412
        case .bodyTooLarge: 413
        case .uriTooLong: 414
        case .unsupportedMediaType: 415
        case .invalidValue, .keyReused: 422
        case .preconditionRequired: 428
        case .rateLimited: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .unavailable: 503
        }
    }

    /// What it is called.
    var title: String {
        switch self {
        case .badRequest: "The request is not well formed"
        case .badJSON: "The body is not JSON"
        case .unauthenticated: "Nobody is signed in"
        case .forbidden: "Not allowed"
        case .notFound: "Not there"
        case .methodNotAllowed: "The method is not allowed here"
        case .requestTimeout: "The request took too long to arrive"
        case .conflict: "The state of things forbids it"
        case .alreadyExists: "It exists already"
        case .requestRunning: "The same request is being carried out"
        case .preconditionFailed: "The state has changed"
        case .bodyTooLarge: "The body is too large"
        case .uriTooLong: "The path is too long"
        case .unsupportedMediaType: "The body is of another type"
        case .invalidValue: "A value cannot be taken"
        case .keyReused: "The idempotency key was used for another request"
        case .aboveCeiling: "More than may be given away"
        case .preconditionRequired: "A precondition is required"
        case .rateLimited: "Too many requests"
        case .headersTooLarge: "The header is too large"
        case .internalError: "The service failed"
        case .unavailable: "The service cannot do it now"
        }
    }

    /// Whether the same request may succeed later.
    var isRetryable: Bool {
        switch self {
        case .requestTimeout, .requestRunning, .rateLimited, .unavailable: true
        default: false
        }
    }
}
