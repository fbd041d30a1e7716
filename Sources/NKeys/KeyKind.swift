/// What a NATS key stands for. The raw value is the prefix byte of the public key's text form.
public enum KeyKind: UInt8, Sendable, Hashable, CaseIterable {
    case `operator` = 0x70
    case account = 0x00
    case user = 0xA0
    case server = 0x68
    case cluster = 0x10
    /// An X25519 key ("xkey"), for sealing messages rather than signing them.
    case curve = 0xB8

    /// The first letter of a public key of this kind: O, A, U, N, C or X.
    public var letter: Character {
        switch self {
        case .operator: "O"
        case .account: "A"
        case .user: "U"
        case .server: "N"
        case .cluster: "C"
        case .curve: "X"
        }
    }

    /// The word that NATS tools and error texts use: "operator", "account", "user", "server", "cluster", "x25519".
    public var name: String {
        switch self {
        case .operator: "operator"
        case .account: "account"
        case .user: "user"
        case .server: "server"
        case .cluster: "cluster"
        case .curve: "x25519"
        }
    }

    /// The prefix of the text form.
    public var prefix: KeyPrefix {
        switch self {
        case .operator: .operator
        case .account: .account
        case .user: .user
        case .server: .server
        case .cluster: .cluster
        case .curve: .curve
        }
    }

    /// Whether keys of this kind sign and verify; curve keys seal and open instead.
    public var canSign: Bool { self != .curve }
}
