import FoundationEssentials
public import Secrets

/// One entry of a log.
///
/// The bytes that are stored are the bytes that are hashed: a record is encoded once, when it is made, and checking
/// never encodes it again. People name a record by the log's id and its index, as `ABCDEFGHIJKL/42`.
public struct AuditRecord: Sendable, Hashable, Decodable {
    /// What an administrative record is about.
    public struct Object: Sendable, Hashable, Decodable {
        /// What it is: `operator`, `account`, `user`, `activation`, `key`, `keyring`, ….
        public var type: String
        /// Its public key, or a word where it has none.
        public var id: String
        /// Its name at that time.
        public var name: String?
        /// Where it is: the operator of an account, the account of a user.
        public var scope: String?

        /// An object; a name or key that is too long is cut.
        public init(type: String, id: String, name: String? = nil, scope: String? = nil) {
            (self.type, self.id, self.scope) = (type, RecordText.cut(id, to: RecordText.longestName), scope)
            self.name = name.map { RecordText.cut($0, to: RecordText.longestName) }
        }

        /// As it stands in a record.
        init(exactly type: String, _ id: String) {
            (self.type, self.id) = (type, id)
        }
    }

    /// The connection that a record is about.
    public struct Connection: Sendable, Hashable, Decodable {
        /// The server's name, or its key if it has none.
        public var server: String

        /// A connection to a server; a name that is too long is cut.
        public init(server: String) {
            self.server = RecordText.cut(server, to: RecordText.longestName)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case schema = "v"
        case log
        case index = "i"
        case time, boot
        case sinceBoot = "at"
        case kind
        case operation = "op"
        case outcome, evidence, actor
        case connection = "conn"
        case reason, object, before, after, salt
    }

    /// The schema that this code writes and reads.
    public static let currentSchema = 1
    /// The most bytes of a record.
    public static let largest = 4_096
    /// The most bytes of a patch inside a record; a longer one is an exhibit.
    public static let largestPatch = 2_048
    /// The number of random bytes in a record: its hash reveals nothing about it once it is gone.
    public static let saltCount = 16

    /// The schema: 1.
    public var schema = AuditRecord.currentSchema
    /// The log's id.
    public var log: String
    /// The place in the log, from 0. It is the order of records; their time is not.
    public var index: Int64
    /// RFC 3339, UTC, with microseconds.
    public var time: String
    /// Which start of the machine `sinceBoot` counts from.
    public var boot: String?
    /// Nanoseconds since the machine was started.
    public var sinceBoot: Int64?
    /// What the record is about.
    public var kind: AuditKind
    /// What was done.
    public var operation: AuditOperation
    /// How it ended.
    public var outcome: AuditOutcome
    /// How the writer knows.
    public var evidence: AuditEvidence
    /// Who did it.
    public var actor: AuditActor
    /// The connection it is about.
    public var connection: Connection?
    /// What it was done for, in the words of the command.
    public var reason: String?
    /// What it was done to.
    public var object: Object?
    /// The hash of the object's content before, 64 hexadecimal digits; for tokens their version.
    public var before: String?
    /// The hash of the object's content after.
    public var after: String?
    /// 32 hexadecimal digits.
    public var salt: String

    /// A record of something that was done.
    public init(
        log: LogID, index: Int64, moment: AuditMoment, kind: AuditKind = .admin, operation: AuditOperation,
        outcome: AuditOutcome, evidence: AuditEvidence = .decided, actor: AuditActor, connection: Connection? = nil,
        reason: String? = nil, object: Object? = nil, before: String? = nil, after: String? = nil, random: RandomSource
    ) {
        (self.log, self.index, time) = (log.text, index, moment.text)
        (boot, sinceBoot) = (moment.boot, moment.sinceBoot)
        (self.kind, self.operation, self.outcome, self.evidence) = (kind, operation, outcome, evidence)
        (self.actor, self.connection, self.object) = (actor, connection, object)
        (self.before, self.after) = (before, after)
        self.reason = reason.map { RecordText.cut($0, to: RecordText.longestName) }
        salt = Hexadecimal.text(random.bytes(Self.saltCount))
    }

    /// Reads a record.
    ///
    /// - Throws: ``AuditError`` of code `invalidRecord` for anything that is not a record of this schema.
    public init(bytes: [UInt8]) throws(AuditError) {
        guard bytes.count <= Self.largest else {
            throw AuditError(.invalidRecord, "the record is longer than \(Self.largest) bytes")
        }
        guard let record = try? JSONDecoder().decode(AuditRecord.self, from: Data(bytes)) else {
            throw AuditError(.invalidRecord, "the bytes are not a record")
        }
        guard record.schema == Self.currentSchema else {
            throw AuditError(.invalidRecord, "the record has schema \(record.schema), which this version cannot read")
        }
        self = record
    }
}
