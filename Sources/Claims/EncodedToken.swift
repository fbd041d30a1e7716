import NKeys

/// The three chunks of a token's text, where they stand.
struct EncodedToken {
    let header: Slice<UnsafeRawBufferPointer>
    private let payload: Slice<UnsafeRawBufferPointer>
    private let signature: Slice<UnsafeRawBufferPointer>
    private let text: UnsafeRawBufferPointer

    /// `text` must stay valid while the value is used.
    init(_ text: UnsafeRawBufferPointer) throws(ClaimsError) {
        guard let first = text.firstIndex(of: 0x2E), let last = text.lastIndex(of: 0x2E), first < last,
            !text[(first + 1)..<last].contains(0x2E)
        else { throw ClaimsError(.chunks, "expected 3 chunks") }
        self.text = text
        header = text[..<first]
        payload = text[(first + 1)..<last]
        signature = text[(last + 1)...]
    }

    /// Lends the bytes of a text.
    static func withBytes<Result>(
        of text: String, _ body: (UnsafeRawBufferPointer) throws(ClaimsError) -> Result
    ) throws(ClaimsError) -> Result {
        var text = text
        let result = text.withUTF8 { bytes in
            Swift.Result { () throws(ClaimsError) in try body(UnsafeRawBufferPointer(bytes)) }
        }
        return try result.get()
    }

    func payloadBytes() throws(ClaimsError) -> [UInt8] {
        try Self.decode(payload, "payload").bytes
    }

    /// Verifies the signature by the key named `issuer`.
    /// - Parameter version: 2 when header and payload are signed, 1 when only the payload is.
    func verify(issuer: String, version: Int) throws(ClaimsError) {
        let signature = try Self.decode(signature, "signature")
        let signed = version <= 1 ? payload : text[..<payload.endIndex]
        guard let key = try? PublicKey(issuer), key.kind.canSign else {
            throw ClaimsError(
                .signature, Self.signatureFault(version), at: "iss",
                remedy: issuer.isEmpty
                    ? "the claim iss is missing: it must be the public key of who signed"
                    : "the claim iss is no public key that signs: get the token again from its issuer")
        }
        // One text per signature: spare bits would let anybody make another text of a token, with another version.
        guard !signature.hasSpareBits,
            signature.bytes.withUnsafeBytes({
                key.isValidSignature($0, of: UnsafeRawBufferPointer(rebasing: signed))
            })
        else {
            throw ClaimsError(
                .signature, Self.signatureFault(version),
                remedy: "the token was changed, cut or not signed by the key it names: get it again from its issuer")
        }
    }

    private static func signatureFault(_ version: Int) -> String {
        "claim failed V\(version <= 1 ? 1 : 2) signature verification"
    }

    /// The bytes of a chunk.
    ///
    /// Line breaks are refused, where the reference skips them: in the signature, which nothing signs, they would let
    /// anybody make another text of a token, with another version.
    static func decode(
        _ chunk: Slice<UnsafeRawBufferPointer>, _ name: String
    ) throws(ClaimsError) -> Base64URL.Decoded {
        let decoded: Base64URL.Decoded
        do {
            decoded = try Base64URL.decode(UnsafeRawBufferPointer(rebasing: chunk))
        } catch {
            throw ClaimsError(.base64, "the token's \(name) cannot be read: \(error.description)")
        }
        guard !decoded.hasLineBreaks else {
            throw ClaimsError(
                .base64, "the token's \(name) holds a line break", remedy: "give the token in one line")
        }
        return decoded
    }
}
