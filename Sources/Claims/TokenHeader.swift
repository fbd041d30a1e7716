import NKeys

/// The header of a token.
struct TokenHeader: JSONObjectReadable {
    /// What is written, as text and encoded.
    static let current = #"{"typ":"JWT","alg":"ed25519-nkey"}"#
    static let currentEncoded = Base64URL.encode(Array(current.utf8))

    var type = ""
    var algorithm = ""

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "typ": try reader.read(&type)
        case "alg": try reader.read(&algorithm)
        default: try reader.skip()
        }
    }

    /// Checks an encoded header: the type is JWT in any case, the algorithm one of two names for Ed25519.
    static func check(_ chunk: Slice<UnsafeRawBufferPointer>) throws(ClaimsError) {
        if chunk.elementsEqual(currentEncoded) { return }
        let header = try read(chunk)
        guard header.type.uppercased() == "JWT" else {
            throw ClaimsError(.header, "not supported type \(quoted(header.type))", at: "header.typ")
        }
        let algorithm = header.algorithm.lowercased()
        guard algorithm == "ed25519-nkey" || algorithm == "ed25519" else {
            throw ClaimsError(
                .header, "unexpected \(quoted(header.algorithm)) algorithm", at: "header.alg",
                remedy: "NATS signs with ed25519-nkey: give a NATS token")
        }
    }

    /// Reads an encoded header without judging it.
    static func read(_ chunk: Slice<UnsafeRawBufferPointer>) throws(ClaimsError) -> TokenHeader {
        try EncodedToken.decode(chunk, "header").bytes.withUnsafeBufferPointer { (bytes) throws(ClaimsError) in
            try JSONReader.read(UnsafeRawBufferPointer(bytes), as: TokenHeader.self, root: "header")
        }
    }
}
