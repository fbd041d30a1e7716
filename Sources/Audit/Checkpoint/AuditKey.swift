import FoundationEssentials
public import NKeys
import Secrets

/// The public half of a key that signs the checkpoints of a log, under the name that stands in its signatures.
///
/// Its identity and its text are those of signed notes (C2SP, "signed-note"): the key hash is the first four bytes of
/// SHA-256 over the name, 0x0A, 0x01 (Ed25519) and the 32 bytes of the key.
public struct AuditKey: Sendable, Hashable, CustomStringConvertible {
    /// The byte that stands for Ed25519 in front of a key.
    private static let ed25519: UInt8 = 0x01

    /// Whose key it is. For the logs of this program, the log's origin.
    public let name: String
    /// The Ed25519 key.
    public let publicKey: PublicKey

    /// A key under a name.
    ///
    /// - Throws: ``AuditError`` of code `invalidKey` if the name is empty or holds white space, control characters or
    ///   a plus, or if the key cannot sign.
    public init(name: String, publicKey: PublicKey) throws(AuditError) {
        guard Self.isValid(name: name) else { throw AuditError(.invalidKey, "\"\(name)\" cannot name a key") }
        guard publicKey.kind.canSign else { throw AuditError(.invalidKey, "an encryption key cannot sign") }
        (self.name, self.publicKey) = (name, publicKey)
    }

    /// Reads a verifier key: the name, the key hash in hexadecimal and the key in base64, with a plus between them.
    ///
    /// - Throws: ``AuditError`` of code `invalidKey`, also if the hash is not that of the name and the key.
    public init(verifierKey text: String) throws(AuditError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let content = Data(base64Encoded: parts[2]).map(Array.init),
            content.first == Self.ed25519, let key = try? PublicKey(kind: .server, rawBytes: content.dropFirst())
        else { throw AuditError(.invalidKey, "the text is not a verifier key: name+hash+key") }
        try self.init(name: parts[0], publicKey: key)
        guard Hexadecimal.text(keyHash) == parts[1].lowercased() else {
            throw AuditError(.invalidKey, "the verifier key's hash is not that of its name and key")
        }
    }

    /// The four bytes that a signature names its key by.
    public var keyHash: [UInt8] {
        Array(SHA256.hash(Array(name.utf8) + [0x0A, Self.ed25519] + publicKey.rawBytes).prefix(4))
    }

    /// The text that a verifier is given, such as `chancery/admin/ABCDEFGHIJKL+0a1b2c3d+AT…`.
    public var verifierKey: String {
        let key = Data([Self.ed25519] + publicKey.rawBytes).base64EncodedString()
        return "\(name)+\(Hexadecimal.text(keyHash))+\(key)"
    }

    /// The verifier key.
    public var description: String { verifierKey }

    static func isValid(name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                !$0.properties.isWhitespace && $0 != "+" && $0.properties.generalCategory != .control
            }
    }
}
