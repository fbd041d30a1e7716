import Audit
import Secrets

/// Entity tags of what has no version of its own.
enum AnswerTag {
    /// The beginning of the SHA-256 of a content.
    static func of(_ content: String) -> String { String(Hexadecimal.text(SHA256.hash(content)).prefix(32)) }
}
