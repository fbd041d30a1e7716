import Audit
import NKeys

/// Logs with records in them that nothing in particular is about.
struct SampleLog {
    static let pair = KeyPair.generate(.server)
    static let name = "broker-n1"

    let storage: MemoryStorage
    let log: SegmentedLog<MemoryStorage>
    private var total: Int64 = 0

    /// A log with the record that names its key.
    init(_ storage: MemoryStorage = MemoryStorage()) throws {
        self.storage = storage
        log = try SegmentedLog.open(storage, name: Self.name, pair: Self.pair)
        try log.begin(boot: "b1", handOff: 10)
        guard log.nextIndex == 0 else { return }
        var record = Self.record(.key, .changed, at: 0, log.id)
        record.operation = .logOpen
        let key = try AuditKey(name: log.id.origin(of: Self.name), publicKey: Self.pair.publicKey)
        record.object = AuditRecord.Object(type: "audit key", id: key.verifierKey)
        log.append(record)
    }

    static func record(_ kind: AuditKind, _ outcome: AuditOutcome, at: Int64, _ log: LogID) -> DecisionRecord {
        DecisionRecord(
            log: log, index: 0, time: "2026-11-26T12:00:00.000000Z", boot: "b1", at: at, kind: kind, outcome: outcome,
            evidence: .decided, salt: [UInt8](repeating: 7, count: 16))
    }

    /// Adds refusals of one event each.
    mutating func append(_ count: Int) {
        for _ in 0..<count {
            total += 1
            var record = Self.record(.publish, .denied, at: log.nextIndex, log.id)
            (record.source, record.total) = (0, total)
            record.subject = AuditSubject(Array("orders.\(total)".utf8))
            record.reason = "not_allowed_by_any_rule"
            log.append(record)
        }
    }

    var findings: LogFindings { get throws { try LogVerification.run(storage) } }
}
