import Secrets

@testable import NKeys

/// What must hold for any bytes that are taken for a key, a seed or a sealed message.
enum KeyInput {
    /// A fixed key, so that the same input always takes the same way.
    private static let curve = try? KeyPair(kind: .curve, rawSeed: Secret(copying: [UInt8](repeating: 7, count: 32)))

    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        faultInPublicKey(input) ?? faultInSeed(input) ?? faultInSealing(input) ?? faultInTexts(input)
    }

    private static func faultInPublicKey(_ input: [UInt8]) -> String? {
        let text = String(decoding: input, as: UTF8.self)
        guard let key = try? PublicKey(bytes: input) else {
            // Low bits of the first byte may make a key valid that cannot be read, but this must not crash.
            _ = PublicKey.isValid(text, .user)
            return nil
        }
        guard KeyKind.allCases.filter({ PublicKey.isValid(text, $0) }) == [key.kind] else {
            return "a key of one kind is valid for another"
        }
        guard (try? PublicKey(key.text)) == key else { return "a key's own text is another key" }
        return nil
    }

    private static func faultInSeed(_ input: [UInt8]) -> String? {
        let secret = Secret(copying: input)
        let key = input.withUnsafeBytes { try? NKey(text: $0) }
        guard let pair = try? KeyPair(seed: secret) else {
            if case .pair = key { return "a seed is a key pair only for some readers" }
            return nil
        }
        guard key?.publicKey == pair.publicKey else { return "a seed is another key pair for another reader" }
        guard let again = try? KeyPair(seed: pair.seed), again.publicKey == pair.publicKey else {
            return "a pair's own seed is another pair"
        }
        return nil
    }

    private static func faultInSealing(_ input: [UInt8]) -> String? {
        // Curves take most of the time, and what is sealed makes no difference to them.
        guard input.count.isMultiple(of: 16) || input.starts(with: "xkv1".utf8) else { return nil }
        guard let curve else { return "there is no curve key" }
        if (try? curve.open(input, from: curve.publicKey)) != nil, input.count < KeyPair.sealOverhead {
            return "a message opens that is too short to be sealed"
        }
        guard let sealed = try? curve.seal(input, to: curve.publicKey) else { return "a message cannot be sealed" }
        guard (try? curve.open(sealed, from: curve.publicKey)) == input else { return "a sealed message does not open" }
        return nil
    }

    private static func faultInTexts(_ input: [UInt8]) -> String? {
        guard (try? Base32.decode(Base32.encode(input))) == input else { return "base32 does not come back" }
        guard let decoded = try? Base64URL.decode(Base64URL.encode(input)), decoded.bytes == input else {
            return "base64 does not come back"
        }
        if let read = try? Base64URL.decode(input) {
            let lines: Set<UInt8> = [0x0A, 0x0D]
            let isSame = Base64URL.encode(read.bytes) == input.filter { !lines.contains($0) }
            if isSame == read.hasSpareBits { return "base64 has two texts for the same bytes" }
        }
        return nil
    }
}
