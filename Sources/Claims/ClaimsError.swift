/// Why a token cannot be read, trusted or written.
///
/// ``message`` is the reference's text where it has one. It never holds a token.
public struct ClaimsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `signature`.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// Not three chunks separated by dots.
        public static let chunks = Code("chunks")
        public static let tooLarge = Code("too-large")
        public static let base64 = Code("base64")
        public static let json = Code("json")
        public static let header = Code("header")
        public static let signature = Code("signature")
        /// Signed by a key of a type that may not sign such claims.
        public static let issuer = Code("issuer")
        public static let version = Code("version")
        public static let unsupportedType = Code("unsupported-type")
        /// A token of another type than the one asked for.
        public static let claimType = Code("claim-type")
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

    public let code: Code
    public let message: String
    /// What the user can do about it; empty when the message says all there is.
    public let remedy: String

    public var description: String { message }

    init(_ code: Code, _ message: String, remedy: String = "") {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}
