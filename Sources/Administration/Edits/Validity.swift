import Claims

/// When a token begins and ceases to count, as edits to its claims. Nil leaves a side as it is, 0 removes it.
public struct Validity: Sendable, Hashable {
    /// The first second in which the token is valid (`nbf`).
    public var notBefore: Int64?
    /// The last second in which the token is valid (`exp`).
    public var expires: Int64?

    public init(notBefore: Int64? = nil, expires: Int64? = nil) {
        (self.notBefore, self.expires) = (notBefore, expires)
    }

    /// Whether nothing would change.
    public var isEmpty: Bool { notBefore == nil && expires == nil }

    func apply(to claims: inout some ClaimSet) {
        if let notBefore { claims.notBefore = notBefore }
        if let expires { claims.expires = expires }
    }
}
