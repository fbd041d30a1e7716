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

    /// Refuses a validity that would be over before it begins.
    ///
    /// - Throws: an error of code `invalidValue`.
    func check(at now: Int64) throws(AdministrationError) {
        guard let expires, expires != 0 else { return }
        guard expires > now else {
            throw AdministrationError(
                .invalidValue, "the expiry \(CivilDate.text(unixSeconds: expires)) is in the past",
                remedy: "give a later one, or 0 for never; what is to end now is revoked or deleted")
        }
        guard expires > notBefore ?? 0 else {
            throw AdministrationError(
                .invalidValue,
                "the expiry \(CivilDate.text(unixSeconds: expires)) is before the start, "
                    + CivilDate.text(unixSeconds: notBefore ?? 0), remedy: "give a later expiry, or an earlier start")
        }
    }

    func apply(to claims: inout some ClaimSet) {
        if let notBefore { claims.notBefore = notBefore }
        if let expires { claims.expires = expires }
    }
}
