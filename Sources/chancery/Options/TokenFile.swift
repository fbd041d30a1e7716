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

    private static func token(in content: Secret, from what: String) throws -> String {
        // A file without a block counts as a token from end to end, and might be a seed: only what looks like a JWT
        // leaves guarded memory.
        let token = Credentials.jwt(in: content).withBytes { bytes -> String? in
            let bytes = bytes.filter { $0 > 0x20 }
            return bytes.count { $0 == UInt8(ascii: ".") } == 2 ? String(decoding: bytes, as: UTF8.self) : nil
        }
        guard let token else {
            throw AdministrationError(
                .invalidValue, "\(what) holds no token", remedy: "give a JWT, or a file with one, bare or decorated")
        }
        return token
    }
}
