extension AnyClaims {
    /// Reads and verifies a token, without computing its version; see ``Token/decode(_:)``.
    fileprivate static func decode(_ text: String) throws(ClaimsError) -> AnyClaims {
        try EncodedToken.withBytes(of: text) { (bytes) throws(ClaimsError) in try Token.decodeClaims(bytes) }
    }
}

private func wrongType(_ message: String) -> ClaimsError {
    ClaimsError(.claimType, message, at: "nats.type", remedy: "give a token of the type that is asked for")
}

extension OperatorClaims {
    /// Reads and verifies an operator's token; see ``Token/decode(_:)``.
    /// - Throws: also `not operator claim`.
    public static func decode(_ text: String) throws(ClaimsError) -> OperatorClaims {
        guard case .operator(let claims) = try AnyClaims.decode(text) else { throw wrongType("not operator claim") }
        return claims
    }
}

extension AccountClaims {
    /// Reads and verifies an account's token; see ``Token/decode(_:)``.
    /// - Throws: also `not account claim`.
    public static func decode(_ text: String) throws(ClaimsError) -> AccountClaims {
        guard case .account(let claims) = try AnyClaims.decode(text) else { throw wrongType("not account claim") }
        return claims
    }
}

extension UserClaims {
    /// Reads and verifies a user's token; see ``Token/decode(_:)``.
    /// - Throws: also `not user claim`.
    public static func decode(_ text: String) throws(ClaimsError) -> UserClaims {
        guard case .user(let claims) = try AnyClaims.decode(text) else { throw wrongType("not user claim") }
        return claims
    }

    /// Reads a token that was signed here, or verified before it was stored: everything is as in ``decode(_:)``, but the
    /// signature is not verified, which takes much longer than to read it.
    package static func decodeKnown(_ text: String) throws(ClaimsError) -> UserClaims {
        let any = try EncodedToken.withBytes(of: text) { (bytes) throws(ClaimsError) in
            try Token.decodeClaims(bytes, isVerified: true)
        }
        guard case .user(let claims) = any else { throw wrongType("not user claim") }
        return claims
    }
}

extension ActivationClaims {
    /// Reads and verifies an activation token; see ``Token/decode(_:)``.
    /// - Throws: also `not activation claim`.
    public static func decode(_ text: String) throws(ClaimsError) -> ActivationClaims {
        guard case .activation(let claims) = try AnyClaims.decode(text) else {
            throw wrongType("not activation claim")
        }
        return claims
    }
}

extension AuthorizationRequestClaims {
    /// Reads and verifies an authentication callout's request; see ``Token/decode(_:)``.
    /// - Throws: also `not an authorization request claim`.
    public static func decode(_ text: String) throws(ClaimsError) -> AuthorizationRequestClaims {
        guard case .authorizationRequest(let claims) = try AnyClaims.decode(text) else {
            throw wrongType("not an authorization request claim")
        }
        return claims
    }
}

extension AuthorizationResponseClaims {
    /// Reads and verifies an authentication callout's response; see ``Token/decode(_:)``.
    /// - Throws: also `not an authorization request claim`, which is the reference's word for responses too.
    public static func decode(_ text: String) throws(ClaimsError) -> AuthorizationResponseClaims {
        guard case .authorizationResponse(let claims) = try AnyClaims.decode(text) else {
            throw wrongType("not an authorization request claim")
        }
        return claims
    }
}

extension GenericClaims {
    /// Reads a token of any type as generic claims and verifies its signature.
    ///
    /// Here the header's algorithm decides what is signed: exactly `ed25519` means the older format, where only the
    /// payload is. The kind of the issuer's key is not checked.
    /// - Throws: ``ClaimsError``: size, chunks, header, JSON, signature.
    public static func decode(_ text: String) throws(ClaimsError) -> GenericClaims {
        try EncodedToken.withBytes(of: text) { (bytes) throws(ClaimsError) in
            guard bytes.count <= Token.maximumSize else {
                throw ClaimsError(
                    .tooLarge,
                    "token size \(bytes.count) exceeds maximum of \(Token.maximumSize) bytes: token too large")
            }
            let token = try EncodedToken(bytes)
            try TokenHeader.check(token.header)
            let isVersion1 = try TokenHeader.read(token.header).algorithm == "ed25519"
            let payload = try token.payloadBytes()
            let claims = try payload.withUnsafeBufferPointer { (payload) throws(ClaimsError) in
                let payload = UnsafeRawBufferPointer(payload)
                var claims = try GenericClaims.read(payload: payload)
                if isVersion1 { try claims.takeOverVersion1(payload: payload) }
                return claims
            }
            try token.verify(issuer: claims.issuer, version: isVersion1 ? 1 : 2)
            return claims
        }
    }

    /// The type that ``type`` names: a type that NATS knows, `generic` for any other, nil when there is none.
    public var claimKind: ClaimKind? {
        type.isEmpty ? nil : ClaimKind(rawValue: type) ?? .generic
    }
}
