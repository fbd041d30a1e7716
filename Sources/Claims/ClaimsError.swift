import NKeys

/// Why a token cannot be read, trusted or written.
///
/// ``message`` is the reference's text where it has one. It never holds a token or a seed, not even one that stood where
/// a name or a key belongs.
public struct ClaimsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `signature`.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// Not three chunks separated by dots.
        public static let chunks = Code("chunks")
        /// More than ``Token/maximumSize`` bytes.
        public static let tooLarge = Code("too-large")
        /// A chunk that is no base64url without padding.
        public static let base64 = Code("base64")
        /// A chunk whose content is no JSON, or a member of the wrong type.
        public static let json = Code("json")
        /// Another token type or algorithm than NATS's.
        public static let header = Code("header")
        /// Changed, cut, or not signed by the key in `iss`.
        public static let signature = Code("signature")
        /// Signed by a key of a type that may not sign such claims.
        public static let issuer = Code("issuer")
        /// A newer format than this, or none that ever was.
        public static let version = Code("version")
        /// Claims of a type that NATS has given up.
        public static let unsupportedType = Code("unsupported-type")
        /// A token of another type than the one asked for.
        public static let claimType = Code("claim-type")
        /// About a key of another kind, or about nothing.
        public static let subject = Code("subject")
        /// A value that cannot be written.
        public static let value = Code("value")
        /// The key pair refused to sign.
        public static let signing = Code("signing")
        /// A user that a scoped signing key may not sign.
        public static let scope = Code("scope")
        /// A template that cannot be expanded.
        public static let template = Code("template")
        /// A credentials file that cannot be written.
        public static let credentials = Code("credentials")
    }

    /// What went wrong, for a program to decide on.
    public let code: Code
    /// What is wrong, in one sentence. Where the text is not the reference's, it names the claim too.
    public let message: String
    /// The claim that is at fault, such as `nats.exports[2].type`; `header.alg` for one of the header. Empty when it is
    /// the token as a whole: its size, its chunks, its signature.
    public let path: String
    /// What the user can do about it; empty when the message says all there is.
    public let remedy: String

    /// The claim that is at fault, and what is wrong with it.
    public var description: String {
        path.isEmpty || message.contains("(\(path))") ? message : "\(path): \(message)"
    }

    init(_ code: Code, _ message: String, at path: String = "", remedy: String = "") {
        self.code = code
        // Many messages quote what stood in a token.
        self.message = SecretText.hidden(in: message)
        self.path = path
        self.remedy = remedy
    }

    /// The same error, about a claim that only the caller knows.
    func at(_ path: String) -> ClaimsError {
        ClaimsError(code, message, at: path, remedy: remedy)
    }
}
