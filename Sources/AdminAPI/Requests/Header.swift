import HTTPTypes

/// The header fields that are not in everybody's list.
enum Header {
    // The names are tokens of HTTP, so making them never fails.
    static let request = field("Chancery-Request")
    static let audit = field("Chancery-Audit")
    static let replayed = field("Chancery-Replayed")
    static let idempotencyKey = field("Idempotency-Key")
    /// The access that is meant by whoever has several with one certificate.
    static let token = field("Chancery-Token")
    static let link = field("Link")
    static let allow = field("Allow")
    static let retryAfter = field("Retry-After")
    static let contentTypeOptions = field("X-Content-Type-Options")
    static let securityPolicy = field("Content-Security-Policy")

    /// All names are those above: one that is none would end the program in the first test that asks for it.
    private static func field(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header field") }
        return field
    }
}
