import NKeys

/// Why a change or a question to the directory was refused, for people and for programs.
///
/// The message says what is wrong, the remedy what to do next. Neither ever holds a seed, a password or a token.
public struct AdministrationError: Error, Sendable, Hashable {
    /// What kind of refusal this is. More kinds may come: handle the ones you know and show the message for the rest.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case alreadyExists = "already_exists"
            case auditDamaged = "audit_damaged"
            case busy
            case directoryTooNew = "directory_too_new"
            case distributionFailed = "distribution_failed"
            case invalidClaims = "invalid_claims"
            case invalidValue = "invalid_value"
            case keyringLocked = "keyring_locked"
            case noSelection = "no_selection"
            case notFound = "not_found"
            case refused
            case seedMissing = "seed_missing"
            case storageFailed = "storage_failed"
            case tokenTooLarge = "token_too_large"
            case tooFarAhead = "too_far_ahead"
        }

        private let kind: Kind

        /// Something of that name or key is there already.
        public static let alreadyExists = Code(kind: .alreadyExists)
        /// The audit log was altered, so nothing more is recorded, and nothing more is changed.
        public static let auditDamaged = Code(kind: .auditDamaged)
        /// Other processes held the directory for as long as somebody was willing to wait.
        public static let busy = Code(kind: .busy)
        /// The directory was written by a later version of this program.
        public static let directoryTooNew = Code(kind: .directoryTooNew)
        /// One server or more did not take what was sent.
        public static let distributionFailed = Code(kind: .distributionFailed)
        /// The claims would break a rule of the format, and were not signed.
        public static let invalidClaims = Code(kind: .invalidClaims)
        /// A value that a person wrote cannot be understood.
        public static let invalidValue = Code(kind: .invalidValue)
        /// The sealed keyring cannot be opened with what is there.
        public static let keyringLocked = Code(kind: .keyringLocked)
        /// It is not clear which operator or account is meant.
        public static let noSelection = Code(kind: .noSelection)
        /// Nothing of that name or key is in the directory.
        public static let notFound = Code(kind: .notFound)
        /// A rule of the directory forbids it.
        public static let refused = Code(kind: .refused)
        /// The seed that would have to sign is not in the keyring.
        public static let seedMissing = Code(kind: .seedMissing)
        /// The file system or the database failed.
        public static let storageFailed = Code(kind: .storageFailed)
        /// The token would be too large to be read, or to leave room for revocations.
        public static let tokenTooLarge = Code(kind: .tokenTooLarge)
        /// The token would have to be dated too far in the future.
        public static let tooFarAhead = Code(kind: .tooFarAhead)

        /// The code of a name; `refused` for one that is not known here.
        public init(name: String) {
            kind = Kind(rawValue: name) ?? .refused
        }

        private init(kind: Kind) {
            self.kind = kind
        }

        /// The stable name of the code, in lower case with underscores.
        public var description: String { kind.rawValue }
    }

    /// The kind of refusal.
    public let code: Code
    /// What is wrong, in one sentence without a full stop.
    public let message: String
    /// What to do next, or nil where nothing sensible can be said.
    public let remedy: String?

    /// A refusal with its remedy.
    public init(_ code: Code, _ message: String, remedy: String? = nil) {
        self.code = code
        // Words given where a name was meant come back in messages, and may be seeds.
        self.message = SecretText.hidden(in: message)
        self.remedy = remedy
    }
}

extension AdministrationError: CustomStringConvertible {
    /// The message, and the remedy after a semicolon.
    public var description: String {
        guard let remedy else { return message }
        return "\(message); \(remedy)"
    }
}
