internal import NKeys

/// The three chunks of a token's text, where they stand.
struct EncodedToken {
    let header: Slice<UnsafeRawBufferPointer>
    private let payload: Slice<UnsafeRawBufferPointer>
    private let signature: Slice<UnsafeRawBufferPointer>
    private let text: UnsafeRawBufferPointer

    /// `text` must stay valid while the value is used.
    init(_ text: UnsafeRawBufferPointer) throws(ClaimsError) {
        let dots = text.indices.lazy.filter { text[$0] == 0x2E }.prefix(3)
        let places = Array(dots)
        guard places.count == 2 else { throw ClaimsError(.chunks, "expected 3 chunks") }
        self.text = text
        header = text[..<places[0]]
        payload = text[(places[0] + 1)..<places[1]]
        signature = text[(places[1] + 1)...]
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
        try Self.decode(payload).bytes
    }

    /// Verifies the signature by the key named `issuer`.
    /// - Parameter version: 2 when header and payload are signed, 1 when only the payload is.
    func verify(issuer: String, version: Int) throws(ClaimsError) {
        let signature = try Self.decode(signature)
        let signed = version <= 1 ? payload : text[..<payload.endIndex]
        // One text per signature: spare bits would let anybody make another text of a token, with another version.
        guard !signature.hasSpareBits, let key = try? PublicKey(issuer),
            signature.bytes.withUnsafeBytes({
                key.isValidSignature($0, of: UnsafeRawBufferPointer(rebasing: signed))
            })
        else {
            throw ClaimsError(
                .signature, "claim failed V\(version <= 1 ? 1 : 2) signature verification",
                remedy: "the token was changed, cut or not signed by the key it names: get it again from its issuer")
        }
    }

    static func decode(_ chunk: Slice<UnsafeRawBufferPointer>) throws(ClaimsError) -> Base64URL.Decoded {
        do {
            return try Base64URL.decode(chunk)
        } catch {
            throw ClaimsError(.base64, error.description)
        }
    }
}
