/// Why sealed data could not be opened, or a key could not be derived.
public struct SecretsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `cannot-open`.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// A wrong key, other additional data, or data that were changed or cut.
        public static let cannotOpen = Code("cannot-open")
        /// A key that is not 32 bytes long, a nonce that is not 24, or a salt that is not 16.
        public static let wrongLength = Code("wrong-length")
        /// Parameters of a key derivation outside their range, or too little memory for them.
        public static let cannotDerive = Code("cannot-derive")
    }

    /// What went wrong, for a program to decide on.
    public let code: Code
    /// What is wrong, in one sentence.
    public let message: String
    /// What the user can do about it.
    public let remedy: String

    public var description: String { message }

    init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    static let cannotOpen = SecretsError(
        .cannotOpen, "sealed data could not be opened",
        remedy: "check that the key or passphrase is the one it was sealed with, and that the data are complete")

    static func wrongLength(_ what: String, _ expected: Int, _ actual: Int) -> SecretsError {
        SecretsError(
            .wrongLength, "\(what) must be \(expected) bytes long, not \(actual)",
            remedy: "use \(what) of \(expected) bytes")
    }
}
