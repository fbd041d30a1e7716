public import NKeys
import Secrets

extension ClaimSet {
    /// Signs the claims: sets `iss`, `iat` and `jti`, writes them in the current format and returns the token's text.
    ///
    /// - Parameters:
    ///   - pair: a key pair of a kind that may sign such claims: an operator's for operators; an account's or an
    ///     operator's for accounts and activations; an account's for users and callout responses; a server's for
    ///     callout requests; an operator's for our settings; any for other generic claims.
    ///   - issuedAt: seconds since 1970.
    /// - Throws: ``ClaimsError`` for a subject of the wrong kind, a signer of the wrong kind, or values that have no
    ///   form in a token.
    public func encode(signedBy pair: KeyPair, at issuedAt: Int64) throws(ClaimsError) -> String {
        try encode(issuer: pair.publicKey, at: issuedAt) { (signed) throws(NKeyError) in try pair.sign(signed) }
    }

    /// Signs with a key that is kept elsewhere; see ``encode(signedBy:at:)``.
    /// - Parameter sign: gets the bytes to sign and returns the 64-byte signature. It is checked before use.
    public func encode(
        issuer: PublicKey, at issuedAt: Int64, sign: ([UInt8]) throws -> [UInt8]
    ) throws(ClaimsError) -> String {
        var text = TokenHeader.currentEncoded
        text.append(0x2E)
        text.append(contentsOf: Base64URL.encode(try signedPayload(issuer: issuer, at: issuedAt)))
        let signature: [UInt8]
        do {
            signature = try sign(text)
        } catch let error as NKeyError {
            throw ClaimsError(.signing, error.message, remedy: error.remedy)
        } catch {
            throw ClaimsError(.signing, "the token could not be signed: \(error)")
        }
        guard signature.count == 64 else {
            throw ClaimsError(.signing, "a signature has 64 bytes, not \(signature.count)")
        }
        text.append(0x2E)
        text.append(contentsOf: Base64URL.encode(signature))
        return String(decoding: text, as: UTF8.self)
    }

    /// The payload as it is signed.
    private func signedPayload(issuer: PublicKey, at issuedAt: Int64) throws(ClaimsError) -> [UInt8] {
        let any = self.any
        try any.checkSubject()
        try any.checkWritable()
        try any.checkIssuer { $0 == issuer.kind }
        var common = self.common
        common.issuer = issuer.text
        common.issuedAt = issuedAt
        common.id = common.identifier
        return any.payload(common: common)
    }

    /// The claims as JSON, as a token would hold them.
    /// - Throws: ``ClaimsError`` for values that have no form in a token.
    public func json() throws(ClaimsError) -> String {
        try any.checkWritable()
        return String(decoding: any.payload(common: common), as: UTF8.self)
    }
}

extension CommonClaims {
    /// The `jti` of these claims: the base32 of the SHA-512/256 of their own JSON without it.
    var identifier: String {
        var common = self
        common.id = ""
        var writer = JSONWriter()
        writer.beginObject()
        common.writeMembers(to: &writer)
        writer.endObject()
        return Base32.encode(SHA512_256.hash(writer.bytes))
    }
}

extension AnyClaims {
    /// The payload with other common claims, in the current format.
    fileprivate func payload(common: CommonClaims) -> [UInt8] {
        func current<Claims: PayloadClaims>(_ claims: Claims) -> [UInt8] {
            var claims = claims
            claims.common = common
            claims.typeText = claims.kind.rawValue
            claims.formatVersion = PayloadType.newestVersion
            return claims.payload()
        }
        switch self {
        case .operator(let claims): return current(claims)
        case .account(let claims): return current(claims)
        case .user(let claims): return current(claims)
        case .activation(let claims): return current(claims)
        case .authorizationRequest(let claims): return current(claims)
        case .authorizationResponse(let claims): return current(claims)
        case .generic(var claims):
            claims.common = common
            claims.data["version"] = .number(Double(PayloadType.newestVersion))
            return claims.payload()
        }
    }

    /// Checks the kind of the subject, and what else the reference refuses to encode.
    fileprivate func checkSubject() throws(ClaimsError) {
        if let fault = subjectFault { throw fault }
        guard case .operator(let claims) = self, let fault = claims.accountServerURLFault else { return }
        throw ClaimsError(.value, fault, at: "nats.account_server_url")
    }

    /// Checks that every value has a form in JSON from which servers read the same value.
    fileprivate func checkWritable() throws(ClaimsError) {
        guard case .account(let claims) = self else { return }
        for (index, entry) in claims.signingKeys.enumerated() {
            guard let number = entry.scope?.inexactNumbers.first else { continue }
            var path = ClaimPath()
            for step in ["nats", "signing_keys", .element(index), "template"] + number.steps { path.append(step) }
            throw ClaimsError(
                .value, UserScope.inexactNumberFault(number.value), at: path.text,
                remedy: "use a number up to 9007199254740992, or -1 for unlimited")
        }
        if let index = claims.imports.firstIndex(where: \.isNull) {
            throw ClaimsError(
                .value, "null import is not allowed", at: "nats.imports[\(index)]", remedy: "remove it from the imports"
            )
        }
        for (index, export) in claims.exports.enumerated() {
            guard !export.isNull else {
                throw ClaimsError(
                    .value, "null export is not allowed", at: "nats.exports[\(index)]",
                    remedy: "remove it from the exports")
            }
            guard let latency = export.latency, !(0...100).contains(latency.sampling) else { continue }
            throw ClaimsError(
                .json, "unknown sampling rate", at: "nats.exports[\(index)].service_latency.sampling",
                remedy: "use a sampling from 1 to 100, or 0 for requests that ask for it")
        }
    }
}
