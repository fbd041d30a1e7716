import Authorization
import Claims
import NKeys
import Secrets

/// Makes records of events and writes them: merges, accounts for what was lost, puts it on the disk in groups and signs it
/// every second. Confined to the one thread that writes.
final class DecisionWriter<Storage: LogStorage> {
    /// Nanoseconds until what was written is on the disk, and until it is signed.
    private static var synchroniseAfter: Int64 { 150_000_000 }
    private static var signAfter: Int64 { 1_000_000_000 }
    /// Events that are lost are told of every second, or as soon as there are so many.
    private static var gapAfter: Int64 { 1_000_000_000 }
    private static var gapCount: Int64 { 65_536 }
    /// How far the wall clock may move by itself, microseconds.
    private static var clockStep: Int64 { 1_000_000 }

    let log: SegmentedLog<Storage>
    private let server: String
    private let clock: AuditClock
    private let random: RandomSource
    /// What is known of other logs.
    private let others: () -> [Checkpoint.Mention]
    private let boot: String
    private let start: Int64
    private var merger = RefusalMerger<DecisionEvent>()
    private var moments = MomentText()
    private var now: Int64
    private var wall: Int64
    private var at: Int64 = -1
    /// For each event loop, how many of its events have been accounted for.
    private var totals: [Int64]
    /// For each event loop, what has been told of as lost.
    private var told: [LostEvents]
    private var gapSince: Int64
    private var gapBegan: Int64
    private var unsynchronisedSince: Int64?
    private var signedAt: Int64
    private var didFail = false

    init(
        log: SegmentedLog<Storage>, server: String, sources: Int, clock: AuditClock, random: RandomSource,
        others: @escaping () -> [Checkpoint.Mention]
    ) {
        (self.log, self.server, self.clock, self.random, self.others) = (log, server, clock, random, others)
        boot = Hexadecimal.text(random.bytes(8))
        (start, now, wall) = (clock.steady(), clock.steady(), clock.wall())
        totals = [Int64](repeating: 0, count: sources)
        told = [LostEvents](repeating: LostEvents(), count: sources)
        (gapSince, gapBegan, signedAt) = (now, wall, now)
    }

    /// When something has to be done although nothing happens; nil for never.
    var deadline: Int64? {
        let times = [
            merger.deadline, unsynchronisedSince.map { $0 + Self.synchroniseAfter },
            log.nextIndex > log.signedSize ? signedAt + Self.signAfter : nil,
        ]
        return times.compactMap(\.self).min()
    }

    // MARK: The beginning and the end

    /// Says that the log is written to, and what the last broker may have left out.
    ///
    /// - Parameter handOff: how many events can be held and not be in the log.
    func begin(handOff: Int64) throws {
        let (crashed, bound) = (log.description.boot, log.description.handOff)
        let isNew = log.nextIndex == 0
        try log.begin(boot: boot, handOff: handOff)
        if isNew {
            var record = record(.key, .changed, .decided)
            record.operation = .logOpen
            record.object = AuditRecord.Object(exactly: "audit key", log.key.verifierKey)
            log.append(record)
        } else if crashed != nil {
            var record = record(.gap, .error, .inferred)
            let time = moments.text(wall)
            record.gap = AuditGap(cause: .crash, from: time, to: time, lost: nil, atMost: bound ?? handOff)
            log.append(record)
        }
        try log.sign(others: others(), isKept: true)
        signedAt = now
    }

    /// Writes what is left, and closes the log.
    func end(lost: [LostEvents]) throws {
        advance()
        for closing in merger.closeAll() { write(closing) }
        tell(lost, isLast: true)
        try log.end(others: others())
    }

    // MARK: Turns

    /// Looks at the clocks, before events are taken.
    func advance() {
        let (steady, wall) = (clock.steady(), clock.wall())
        let moved = (wall - self.wall) - (steady - now) / 1_000
        let before = self.wall
        (now, self.wall) = (max(steady, now), wall)
        if abs(moved) > Self.clockStep {
            var record = record(.clock, .changed, .observed)
            record.gap = AuditGap(cause: .clock, from: moments.text(before), to: moments.text(wall))
            log.append(record)
        }
        for closing in merger.close(at: now) { write(closing) }
    }

    func take(_ event: DecisionEvent, from source: Int) {
        guard DecidedOutcome.mayMerge(event), let account = event.principal?.account else {
            return write(event, from: source)
        }
        let key = RefusalKey(
            source: source, client: event.serial, action: event.action, rule: event.decision.rule,
            subject: event.subject, queue: event.queue)
        if merger.take(key, connection: event.connection.number, account: account, at: now, event) == .write {
            write(event, from: source)
        } else if merger.isFull {
            for closing in merger.closeAll() { write(closing) }
        }
    }

    /// Writes, synchronises and signs what it is time for.
    ///
    /// - Parameter lost: what each event loop has lost since the start.
    func finishTurn(lost: [LostEvents]) throws {
        tell(lost, isLast: false)
        do {
            if log.isWaiting { try log.write() }
            if log.needsSynchronising {
                let since = unsynchronisedSince ?? now
                unsynchronisedSince = since
                if now - since >= Self.synchroniseAfter {
                    try log.synchronise()
                    unsynchronisedSince = nil
                }
            }
            if log.nextIndex > log.signedSize, now - signedAt >= Self.signAfter {
                try log.sign(others: others())
                (signedAt, unsynchronisedSince) = (now, nil)
            }
        } catch {
            didFail = true
            throw error
        }
    }

    // MARK: Records

    private func record(_ kind: AuditKind, _ outcome: AuditOutcome, _ evidence: AuditEvidence) -> DecisionRecord {
        // It rises, however coarse the clock is.
        at = max(now - start, at + 1)
        return DecisionRecord(
            log: log.id, index: log.nextIndex, time: moments.text(wall), boot: boot, at: at, kind: kind,
            outcome: outcome, evidence: evidence, salt: random.bytes(AuditRecord.saltCount))
    }

    private func write(_ event: DecisionEvent, from source: Int) {
        log.append(record(of: event, from: source, count: 1))
    }

    private func write(_ closing: RefusalMerger<DecisionEvent>.Closing) {
        var record = record(of: closing.event, from: closing.key.source, count: closing.count)
        (record.typed, record.reply) = (nil, nil)
        if closing.key.subject == nil { (record.subject, record.queue) = (nil, nil) }
        record.repeats = DecisionRecord.Repeats(
            count: closing.count, first: moments.text(wallTime(of: closing.first)),
            last: moments.text(wallTime(of: closing.last)), distinct: closing.distinct.map(Int64.init),
            samples: closing.samples.map { AuditSubject($0, limit: AuditSubject.longestSample) })
        log.append(record)
    }

    /// What the wall clock would have shown then, if it had gone as it does now.
    private func wallTime(of time: Int64) -> Int64 { wall - (now - time) / 1_000 }

    private func record(of event: DecisionEvent, from source: Int, count: Int64) -> DecisionRecord {
        var record = record(
            DecidedOutcome.kind(of: event), DecidedOutcome.outcome(of: event), DecidedOutcome.evidence(of: event))
        totals[source] += count
        (record.source, record.total) = (Int64(source), totals[source])
        record.describe(event, server: server)
        return record
    }

    /// Tells of what was lost.
    private func tell(_ lost: [LostEvents], isLast: Bool) {
        let isDue = isLast || now - gapSince >= Self.gapAfter
        for (source, events) in lost.enumerated() where events != told[source] {
            let missing = events - told[source]
            guard isDue || missing.total >= Self.gapCount else { continue }
            told[source] = events
            totals[source] += missing.total
            var record = record(.gap, .exhausted, .observed)
            (record.source, record.total) = (Int64(source), totals[source])
            record.gap = AuditGap(
                cause: didFail ? .disk : .flood, from: moments.text(gapBegan), to: moments.text(wall),
                lost: missing.byName)
            log.append(record)
        }
        if isDue { (gapSince, gapBegan, didFail) = (now, wall, false) }
    }
}

extension DecisionRecord {
    /// What an event says.
    fileprivate mutating func describe(_ event: DecisionEvent, server: String) {
        who =
            event.claimant.map { DecidedWho($0, role: event.principal?.role) }
            ?? event.called.map { DecidedWho(account: nil, name: SecretText.hidden(in: $0)) }
        connection = Connection(
            server: server, id: Int64(truncatingIfNeeded: event.connection.number), address: event.connection.address,
            type: event.connection.type.rawValue)
        subject = event.subject.isEmpty ? nil : AuditSubject(event.subject)
        (typed, queue, reply) = (
            event.typed.map { AuditSubject($0) }, event.queue.map { AuditSubject($0) },
            event.reply.map { AuditSubject($0) }
        )
        hops = event.exporter.map { [Hop(account: $0.text)] } ?? []
        reason = AuditReason.code(of: event)
        guard let principal = event.principal else { return }
        claims = principal.grant.source.version?.hex
        guard event.action != .connect else { return }
        let explanation = principal.explain(event.decision.rule)
        rule = RuleText(
            effect: explanation.rule.effect.recorded, text: explanation.text, claim: explanation.pointer)
    }
}

extension Rule.Effect {
    /// The word of records.
    fileprivate var recorded: String {
        switch self {
        case .allow: "allow"
        case .deny: "deny"
        case .reply, .foreignReply: "reply"
        case .unrestricted, .noAllow, .queue, .reserved: "default"
        }
    }
}
