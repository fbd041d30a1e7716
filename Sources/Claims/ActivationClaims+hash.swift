import NKeys
import Secrets

extension ActivationClaims {
    /// A name for the permission, the same for every activation by one account for another and a subject: the padded
    /// base32 of the SHA-256 of issuer, subject and imported subject up to its first wildcard.
    /// - Throws: ``ClaimsError`` when one of the three is missing.
    public func hashID() throws(ClaimsError) -> String {
        let needed = [("iss", issuer), ("sub", subject), ("nats.subject", importSubject)]
        if let missing = needed.first(where: \.1.isEmpty) {
            // "activaion": the reference's text.
            throw ClaimsError(
                .value, "not enough data in the activaion claims to create a hash", at: missing.0,
                remedy: "encode the activation first: the issuer, the subject and the imported subject must be set")
        }
        let literal = SubjectRules.tokens(importSubject)
            .prefix { !SubjectRules.isStar($0) && !SubjectRules.isArrow($0) }
            .map { String(Substring($0)) }
            .joined(separator: ".")
        let text = "\(issuer).\(subject).\(literal.isEmpty ? "_" : literal)"
        let hash = Base32.encode(SHA256.hash(text))
        return hash + String(repeating: "=", count: (8 - hash.utf8.count % 8) % 8)
    }
}
