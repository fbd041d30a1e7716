import NKeys

/// The text form of a nonce's signature.
enum SignatureText {
    /// Whether a text is a key's signature of a nonce.
    static func isValid(_ text: String?, by key: PublicKey, of nonce: [UInt8]) -> Bool {
        guard let text, let signature = decode(text) else { return false }
        return key.isValidSignature(signature, of: nonce)
    }

    /// Reads base64url without padding, and standard base64 with or without it.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 128 else { return nil }
        var bits: UInt32 = 0
        var count = 0
        var result: [UInt8] = []
        var symbols = Array(text.utf8)
        while symbols.last == UInt8(ascii: "=") { symbols.removeLast() }
        for symbol in symbols {
            guard let value = value(symbol) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // One text per signature: bits that no byte needs are zero.
        return result.count == 64 && bits & ((1 << UInt32(count)) - 1) == 0 ? result : nil
    }

    private static func value(_ symbol: UInt8) -> UInt8? {
        switch symbol {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): symbol - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): symbol - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): symbol - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"), UInt8(ascii: "+"): 62
        case UInt8(ascii: "_"), UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
