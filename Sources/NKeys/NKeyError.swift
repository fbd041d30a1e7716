/// Why a key, a seed, a signature, a sealed message or a credentials file was refused.
///
/// ``message`` is the text that NATS tools give for the same fault. It never holds any part of a seed or a private
/// key.
public struct NKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `invalid-seed`.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// The first byte stands for another kind of key, or none.
        public static let invalidPrefix = Code("invalid-prefix")
        /// Not base32, or too short to be a key.
        public static let invalidEncoding = Code("invalid-encoding")
        /// Mistyped or cut.
        public static let invalidChecksum = Code("invalid-checksum")
        /// No public key, or not one of 32 bytes.
        public static let invalidPublicKey = Code("invalid-public-key")
        /// No seed, or one of the wrong length.
        public static let invalidSeed = Code("invalid-seed")
        /// Not this key's signature of this message.
        public static let invalidSignature = Code("invalid-signature")
        /// A key of another kind than is asked for.
        public static let incompatibleKey = Code("incompatible-key")
        /// A public key where its seed is needed.
        public static let noPrivateKey = Code("no-private-key")
        /// A file without a seed, or with another kind of seed.
        public static let noSeedFound = Code("no-seed-found")
        /// Signing with a curve key, or sealing with another.
        public static let wrongOperation = Code("wrong-operation")
        /// The other side of a sealed message is no curve key.
        public static let invalidCurveKey = Code("invalid-curve-key")
        /// Not sealed for this key by that sender, or changed.
        public static let cannotDecrypt = Code("cannot-decrypt")
        /// A credentials file without a JWT.
        public static let noTokenFound = Code("no-token-found")
        /// A prefix that no key can have, or that was not found.
        public static let vanity = Code("vanity")
    }

    /// What went wrong, for a program to decide on.
    public let code: Code
    /// The exact text, `nkeys: ` included where NATS has it.
    public let message: String
    /// What the user can do about it; empty when the message says all there is.
    public let remedy: String

    public var description: String { message }

    init(_ code: Code, _ message: String, remedy: String = "") {
        self.code = code
        // Some messages quote what was given, and a seed may have been given for anything.
        self.message = SecretText.hidden(in: message)
        self.remedy = remedy
    }
}

extension NKeyError {
    static let invalidPrefix = NKeyError(.invalidPrefix, "nkeys: invalid prefix byte")
    static let invalidKey = NKeyError(.invalidPublicKey, "nkeys: invalid key")
    static let invalidPublicKey = NKeyError(
        .invalidPublicKey, "nkeys: invalid public key",
        remedy: "a public key is 56 characters that begin with O, A, U, N, C or X")
    static let invalidSeedLength = NKeyError(.invalidSeed, "nkeys: invalid seed length")
    static let invalidSeed = NKeyError(
        .invalidSeed, "nkeys: invalid seed", remedy: "a seed is 58 characters that begin with SO, SA, SU, SN, SC or SX")
    static let invalidEncoding = NKeyError(.invalidEncoding, "nkeys: invalid encoded key")
    static let invalidSignature = NKeyError(.invalidSignature, "nkeys: signature verification failed")
    static let cannotSign = NKeyError(
        .noPrivateKey, "nkeys: can not sign, no private key available",
        remedy: "give the seed of the key: a public key alone can only verify")
    static let noSeed = NKeyError(.noPrivateKey, "nkeys: no seed or private key available")
    static let incompatibleKey = NKeyError(.incompatibleKey, "nkeys: incompatible key")
    static let invalidChecksum = NKeyError(
        .invalidChecksum, "nkeys: invalid checksum", remedy: "the key was mistyped or cut: copy it again")
    static let noSeedFound = NKeyError(
        .noSeedFound, "nkeys: no nkey seed found", remedy: "give a credentials file, or a seed on a line of its own")
    static let noTokenFound = NKeyError(
        .noTokenFound, "no user JWT found", remedy: "give a credentials file: it holds a JWT and a seed")
    static let seedTooShort = NKeyError(.invalidSeed, "seed is too short")
    static let notDecoratable = NKeyError(.invalidSeed, "seed is not an operator, account or user seed")
    static let notASeed = NKeyError(.noSeedFound, "nkeys: doesn't contain a seed nkey")
    static let notAUserSeed = NKeyError(.noSeedFound, "nkeys: doesn't contain an user seed nkey")
    static let invalidRecipient = NKeyError(.invalidCurveKey, "nkeys: not a valid recipient public curve key")
    static let invalidSender = NKeyError(.invalidCurveKey, "nkeys: not a valid sender public curve key")
    static let invalidCurveSeed = NKeyError(.invalidSeed, "nkeys: not a valid curve seed")
    static let invalidSealed = NKeyError(.cannotDecrypt, "nkeys: encrypted input is not valid")
    static let wrongSealVersion = NKeyError(.cannotDecrypt, "nkeys: encrypted input wrong version")
    static let cannotDecrypt = NKeyError(.cannotDecrypt, "nkeys: could not decrypt input")
    static let curveCannotSign = NKeyError(.wrongOperation, "nkeys: curve key is not valid for sign/verify")
    static let onlyCurveSeals = NKeyError(.wrongOperation, "nkeys: only curve key can seal/open")
    static let cannotOpen = NKeyError(.noPrivateKey, "nkeys: cannot open no private curve key available")
    static let cannotSeal = NKeyError(.noPrivateKey, "nkeys: cannot seal no private curve key available")

    static func illegalBase32(at offset: Int) -> NKeyError {
        NKeyError(.invalidEncoding, "illegal base32 data at input byte \(offset)")
    }
}
