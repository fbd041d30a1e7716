/// Why a record, a tree or a checkpoint was refused.
///
/// The message says what is wrong. It never holds the content of a record.
public struct AuditError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of refusal this is. More kinds may come: handle the ones you know and show the message for the rest.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `record_too_large`.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// A record that would pass the limit of 4 KiB.
        public static let recordTooLarge = Code("record_too_large")
        /// Bytes that are no record of this schema.
        public static let invalidRecord = Code("invalid_record")
        /// A text that is no signed note, or no checkpoint.
        public static let invalidCheckpoint = Code("invalid_checkpoint")
        /// A checkpoint that the expected key has not signed.
        public static let invalidSignature = Code("invalid_signature")
        /// Files that cannot be read or written.
        public static let storageFailed = Code("storage_failed")
        /// A log that somebody else writes to.
        public static let logInUse = Code("log_in_use")
        /// A log whose files are not what was signed.
        public static let logDamaged = Code("log_damaged")
        /// A text that is no key of a log, or a pair that cannot sign.
        public static let invalidKey = Code("invalid_key")
    }

    /// The kind of refusal.
    public let code: Code
    /// What is wrong, in one sentence without a full stop.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
