import NKeys

extension Token {
    /// The largest token that is read, in bytes.
    public static let maximumSize = 1_048_576

    /// Reads a token and verifies its signature, the type of its issuer and its format.
    ///
    /// Not checked: whether the issuer is to be trusted, the subject, the times, and everything else that
    /// ``ClaimSet/validate(at:isKnownTimeZone:)`` looks at. Tokens of the older format (version 1) are read too, and
    /// taken over into the current claims. A generic token of the current format cannot be read here, as in the
    /// reference: use ``GenericClaims/decode(_:)``.
    /// - Throws: ``ClaimsError``, checked in this order: size, three chunks, header, JSON, version, type, signature,
    ///   issuer.
    public static func decode(_ text: String) throws(ClaimsError) -> Token {
        try EncodedToken.withBytes(of: text) { (bytes) throws(ClaimsError) in
            Token(text: text, version: TokenVersion(of: text), claims: try decodeClaims(bytes))
        }
    }

    /// Reads a token of any type, generic ones of the current format included, our own settings among them.
    ///
    /// What ``decode(_:)`` reads is read in the same way; a generic token may be signed in either format. For those who
    /// show or check whatever token they are given.
    /// - Throws: ``ClaimsError``; see ``decode(_:)``.
    public static func decodeAny(_ text: String) throws(ClaimsError) -> Token {
        try EncodedToken.withBytes(of: text) { (bytes) throws(ClaimsError) in
            let claims = try decodeClaims(bytes, acceptsGeneric: true)
            return Token(text: text, version: TokenVersion(of: text), claims: claims)
        }
    }

    /// Reads a token from its bytes; see ``decode(_:)``.
    public static func decode(bytes: UnsafeRawBufferPointer) throws(ClaimsError) -> Token {
        let claims = try decodeClaims(bytes)
        // A token that could be read is ASCII.
        let text = String(decoding: bytes, as: UTF8.self)
        return Token(text: text, version: TokenVersion(of: text), claims: claims)
    }

    /// The claims of a token without its version; see ``decode(_:)``.
    ///
    /// - Parameter isVerified: whether the signature is known to be right.
    static func decodeClaims(
        _ bytes: UnsafeRawBufferPointer, acceptsGeneric: Bool = false, isVerified: Bool = false
    ) throws(ClaimsError) -> AnyClaims {
        guard bytes.count <= maximumSize else {
            throw ClaimsError(
                .tooLarge, "token size \(bytes.count) exceeds maximum of \(maximumSize) bytes: token too large")
        }
        let token = try EncodedToken(bytes)
        try TokenHeader.check(token.header)
        let payload = try token.payloadBytes()
        let (claims, signatureVersion) = try payload.withUnsafeBufferPointer { (payload) throws(ClaimsError) in
            try PayloadType.readClaims(UnsafeRawBufferPointer(payload))
        }
        do {
            if !isVerified { try token.verify(issuer: claims.issuer, version: signatureVersion) }
        } catch {
            guard acceptsGeneric, case .generic = claims else { throw error }
            try token.verify(issuer: claims.issuer, version: PayloadType.newestVersion)
        }
        try claims.checkIssuerKind()
        return claims
    }
}

extension AnyClaims {
    /// The kinds of keys that may sign such claims, in the order the message names them; nil for any that can sign.
    var allowedIssuers: [KeyKind]? {
        switch self {
        case .operator: [.operator]
        case .account, .activation: [.account, .operator]
        case .user, .authorizationResponse: [.account]
        case .authorizationRequest: [.server]
        case .generic(let claims) where claims.isSettings: [.operator]
        case .generic: nil
        }
    }

    /// Checks the kind of the key in `iss`.
    func checkIssuerKind() throws(ClaimsError) {
        try checkIssuer { PublicKey.isValid(issuer, $0) }
    }

    /// Checks that a key is of one of the allowed kinds.
    func checkIssuer(_ isKind: (KeyKind) -> Bool) throws(ClaimsError) {
        guard let allowed = allowedIssuers, !allowed.contains(where: isKind) else { return }
        let names = allowed.map(\.name).joined(separator: " ")
        throw ClaimsError(
            .issuer, "unable to validate expected prefixes - [\(names)]", at: "iss",
            remedy: "sign \(kind.rawValue) claims with the key of an \(allowed.map(\.name).joined(separator: " or "))")
    }
}
