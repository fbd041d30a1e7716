import Claims
public import Secrets

/// One entry of a broker's log: a sign-in, something that was refused, the end of a connection, or what the log says of
/// itself.
///
/// As with ``AuditRecord``, the bytes that are stored are the bytes that are hashed.
public struct DecisionRecord: Sendable, Hashable {
    /// The log's id.
    public var log: String
    /// The place in the log, from 0. It is the order of records; their time is not.
    public var index: Int64
    /// When the record was written: RFC 3339, UTC, with microseconds.
    public var time: String
    /// Which start of the broker ``at`` and ``total`` count from.
    public var boot: String
    /// Nanoseconds since that start, by a clock that never steps.
    public var at: Int64
    /// The event loop that decided; nil for what no loop did.
    public var source: Int64?
    /// How many of that loop's events this record and those before it account for, since that start.
    public var total: Int64?
    public var kind: AuditKind
    /// Only for the record that the log begins with.
    public var operation: AuditOperation?
    public var outcome: AuditOutcome
    public var evidence: AuditEvidence
    public var who: DecidedWho?
    public var connection: DecisionRecord.Connection?
    /// What it was about, after any mapping.
    public var subject: AuditSubject?
    /// The subject as the client named it, where a mapping led from it to another.
    public var typed: AuditSubject?
    public var queue: AuditSubject?
    public var reply: AuditSubject?
    /// The accounts whose exports were used on the way.
    public var hops: [Hop] = []
    public var rule: RuleText?
    /// The version of the claims that hold the rule, 64 hexadecimal digits.
    public var claims: String?
    /// One of ``AuditReason``'s codes.
    public var reason: String?
    public var repeats: Repeats?
    /// The key that the log begins with.
    public var object: AuditRecord.Object?
    public var gap: AuditGap?
    /// 32 hexadecimal digits.
    public var salt: String

    /// The connection that a record is about.
    public struct Connection: Sendable, Hashable {
        /// The server's name.
        public var server: String
        /// The server's number for the connection.
        public var id: Int64
        /// The client's address without its port.
        public var address: String?
        /// Such as `STANDARD`.
        public var type: String

        public init(server: String, id: Int64, address: String? = nil, type: String) {
            self.server = RecordText.cut(server, to: RecordText.longestName)
            (self.id, self.address, self.type) = (id, address.map { RecordText.cut($0, to: 64) }, type)
        }
    }

    /// An account that a message went through.
    public struct Hop: Sendable, Hashable {
        public var account: String

        public init(account: String) { self.account = RecordText.cut(account, to: RecordText.longestName) }
    }

    /// The rule that decided.
    public struct RuleText: Sendable, Hashable {
        /// `allow`, `deny`, `default` or `reply`.
        public var effect: String
        /// The entry as it stands in the claims.
        public var text: AuditSubject?
        /// Its place there, as a JSON pointer.
        public var claim: String?

        public init(effect: String, text: String? = nil, claim: String? = nil) {
            self.effect = effect
            self.text = text.map { AuditSubject(Array($0.utf8)) }
            self.claim = claim.map { RecordText.cut($0, to: 256) }
        }

        init(effect: String, text: AuditSubject?, claim: String?) {
            (self.effect, self.text, self.claim) = (effect, text, claim)
        }
    }

    /// What the closing record of merged repeats says of them. The first, which was written at once, is not among them.
    public struct Repeats: Sendable, Hashable {
        public var count: Int64
        /// When the first and the last of them came.
        public var first: String
        public var last: String
        /// How many different subjects they had, where that is not one; of very many at least so many.
        public var distinct: Int64?
        /// Some of these subjects.
        public var samples: [AuditSubject]

        public init(count: Int64, first: String, last: String, distinct: Int64? = nil, samples: [AuditSubject] = []) {
            (self.count, self.first, self.last, self.distinct) = (count, first, last, distinct)
            self.samples = samples
        }
    }

    /// - Parameter salt: 16 random bytes.
    public init(
        log: LogID, index: Int64, time: String, boot: String, at: Int64, kind: AuditKind, outcome: AuditOutcome,
        evidence: AuditEvidence, salt: [UInt8]
    ) {
        (self.log, self.index, self.time, self.boot, self.at) = (log.text, index, time, boot, at)
        (self.kind, self.outcome, self.evidence) = (kind, outcome, evidence)
        self.salt = Hexadecimal.text(salt)
    }

    /// How many events the record accounts for.
    public var accounted: Int64 {
        if let gap { return gap.lost?.values.reduce(0) { $0.addingReportingOverflow($1).partialValue } ?? 0 }
        return source == nil ? 0 : repeats?.count ?? 1
    }
}
