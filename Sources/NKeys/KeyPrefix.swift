/// What a key's text form stands for, by its first byte: the kinds of public keys, seeds and private keys.
public enum KeyPrefix: UInt8, Sendable, Hashable, CaseIterable {
    case account = 0x00
    case cluster = 0x10
    case server = 0x68
    case `operator` = 0x70
    case privateKey = 0x78
    case seed = 0x90
    case user = 0xA0
    case curve = 0xB8

    /// The prefix of a text, secret or not; nil for anything that is no key.
    ///
    /// A seed's first byte holds a part of its kind too, so only the upper five bits count there.
    public init?(of text: UnsafeRawBufferPointer) {
        guard let first = try? KeyText.firstByte(of: text) else { return nil }
        if let prefix = KeyPrefix(rawValue: first) {
            self = prefix
        } else if first & 0xF8 == KeyPrefix.seed.rawValue {
            self = .seed
        } else {
            return nil
        }
    }

    /// The word that NATS tools use.
    public var name: String {
        switch self {
        case .privateKey: "private"
        case .seed: "seed"
        case .account, .cluster, .server, .operator, .user, .curve: kind?.name ?? ""
        }
    }

    /// The kind of public key, if it is one.
    public var kind: KeyKind? { KeyKind(rawValue: rawValue) }
}
