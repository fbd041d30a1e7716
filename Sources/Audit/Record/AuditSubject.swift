import FoundationEssentials
import NKeys
import Secrets

/// A subject, pattern or queue group as records hold it: as text, or in base64 where it is no plain UTF-8; cut where it is
/// long, then with its length and its hash. Seeds and tokens that somebody put into it are left out.
public struct AuditSubject: Sendable, Hashable {
    /// The most bytes that a record shows of it. Escapes of JSON count as what is written.
    public static let longest = 512
    /// The most bytes of a sample.
    static let longestSample = 64

    /// The text, or as much of its beginning as fits; base64 where ``isBase64``.
    public let text: String
    public let isBase64: Bool
    /// The length of a subject that was cut, in bytes; nil for one that is whole.
    public let size: Int64?
    /// The SHA-256 of a subject that was cut, in hexadecimal digits.
    public let hash: String?

    /// - Parameter limit: the most bytes that are shown.
    public init(_ bytes: [UInt8], limit: Int = AuditSubject.longest) {
        guard let plain = String(validating: bytes, as: UTF8.self) else {
            let shown = String(decoding: bytes, as: UTF8.self)
            let hidden = SecretText.hidden(in: shown)
            guard hidden == shown else {
                self.init(text: hidden, limit: limit)
                return
            }
            // Three bytes make four characters.
            let kept = bytes.prefix(limit / 4 * 3)
            let isCut = kept.count < bytes.count
            self.init(
                text: Data(kept).base64EncodedString(), isBase64: true, size: isCut ? Int64(bytes.count) : nil,
                hash: isCut ? Hexadecimal.text(SHA256.hash(bytes)) : nil)
            return
        }
        self.init(text: SecretText.hidden(in: plain), limit: limit)
    }

    private init(text: String, limit: Int) {
        let kept = RecordText.prefix(text, to: limit)
        guard kept.utf8.count < text.utf8.count else {
            self.init(text: text, isBase64: false, size: nil, hash: nil)
            return
        }
        self.init(
            text: kept, isBase64: false, size: Int64(text.utf8.count), hash: Hexadecimal.text(SHA256.hash(text)))
    }

    init(text: String, isBase64: Bool, size: Int64?, hash: String?) {
        (self.text, self.isBase64, self.size, self.hash) = (text, isBase64, size, hash)
    }

    /// What is held of it, as bytes.
    public var bytes: [UInt8] {
        isBase64 ? Data(base64Encoded: text).map(Array.init) ?? [] : Array(text.utf8)
    }

    /// Whether it is, or if it was cut could be, the subject of these bytes.
    public func isSame(as subject: [UInt8]) -> Bool {
        AuditSubject(subject) == self || (size == nil && bytes == subject)
    }
}
