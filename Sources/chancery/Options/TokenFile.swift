import Administration
import NKeys
import Secrets

/// Tokens that may be given by themselves or as the path of a file that holds one, bare or decorated.
enum TokenFile {
    /// The token that `text` is, bare or decorated, or that the file at that path holds.
    static func token(_ text: String) throws -> String {
        if text.contains("\n") { return try token(in: Secret(copying: Array(text.utf8)), from: "the text") }
        // A JWT's first chunk begins with `{"`, which is always `ey` in base64.
        if text.hasPrefix("ey"), !PrivateFile.exists(text) { return text }
        return try read(text)
    }

    /// The token in a file: a JWT, an activation or a credentials file.
    static func read(_ path: String) throws -> String {
        try token(in: PrivateFile.read(path), from: path)
    }

    /// The user's key pair in the credentials file at that path; nil where it is no file, or one without a seed.
    static func userPair(_ path: String) throws(AdministrationError) -> KeyPair? {
        guard !path.contains("\n"), PrivateFile.exists(path) else { return nil }
        return try TokenText.userPair(in: PrivateFile.read(path), from: path)
    }

    private static func token(in content: Secret, from what: String) throws -> String {
        try TokenText.token(in: content, from: what)
    }
}
