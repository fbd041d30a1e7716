import Administration
import ArgumentParser
import Audit
import Glibc
import NKeys
import Synchronization

/// `chancery audit tail`
struct AuditTailCommand: ParsableCommand, Exemplified, Lasting {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show records of the audit logs as they are written.",
        discussion: """
            Shows what is written from now on, to the log of the directory and to those of brokers, one record a line, until \
            it is interrupted. With --json each line is a record exactly as it is stored.
            """)
    static let example = "chancery audit tail --outcome denied"

    @OptionGroup var filter: DecisionFilterOptions
    @Option(help: ArgumentHelp("End after so many records.", valueName: "number"))
    var count: Int?
    @OptionGroup var logs: AuditLogOptions
    @OptionGroup var directory: DirectoryOptions

    /// How often it is looked for more, microseconds.
    private static let pause: UInt32 = 200_000
    /// The same of a service, which has others to answer, too.
    private static let remotePause: UInt32 = 1_000_000

    /// How far a broker's log has been read.
    private struct Reading {
        let reader: LogReader<FolderStorage>
        var segment: Int
        var offset: Int64
    }

    func run() throws {
        if let service = try directory.service { return try tail(service) }
        let logs = try logs.open(directory)
        let names = logs.accountNames()
        let (decisions, changes) = (try filter.decisions(names), try filter.changes(names))
        var places = try logs.brokers.map { log -> Reading in
            let reader = try logs.reader(of: log)
            let last = try reader.segments.last ?? 0
            return Reading(reader: reader, segment: last, offset: try reader.size(of: last))
        }
        var next = try logs.directory?.auditSize() ?? 0
        var remaining = count ?? .max
        let watched = (logs.isAdminWanted && logs.directory != nil ? [AuditLogs.admin] : []) + logs.brokers
        Console.say("listening to \(watched.joined(separator: ", "))")
        while remaining > 0 {
            for index in places.indices {
                for line in try Self.newLines(&places[index]) where remaining > 0 {
                    guard let record = try? DecisionRecord(bytes: line), decisions.includes(record) else { continue }
                    show(line, AuditRow(record, names: names))
                    remaining -= 1
                }
            }
            if logs.isAdminWanted, let directory = logs.directory, let changes {
                let answer = try directory.audit(changes, from: &next)
                for entry in answer where remaining > 0 {
                    show(entry.bytes, AuditRow(entry.record))
                    remaining -= 1
                }
            }
            if remaining > 0 { usleep(Self.pause) }
        }
    }

    /// The logs of a service: what it tells of its own as it happens, what brokers decided by asking for more.
    private func tail(_ service: RemoteService) throws {
        let logs = try RemoteLogs(service, logs, at: Place(operator: directory.operatorReference))
        // The listening begins where the logs end now.
        var end = try logs.changes(AuditQuery(), limit: 1).records.last.map { try AuditRecord(bytes: $0).index } ?? -1
        var ends = try logs.brokers.map { log in
            try logs.decisions(in: log, DecisionFilter(), limit: 1).records.last
                .map { try DecisionRecord(bytes: $0).index } ?? -1
        }
        Console.say("listening to \(logs.watched.joined(separator: ", "))")
        if logs.brokers.isEmpty, logs.isWhole { return try follow(service, from: end + 1) }
        let (changes, decisions) = (try filter.changes(logs.accountNames), try filter.decisions(logs.accountNames))
        var remaining = count ?? .max
        func tell(_ bytes: [UInt8], _ row: AuditRow) {
            guard remaining > 0 else { return }
            remaining -= 1
            show(bytes, row)
        }
        while remaining > 0 {
            for bytes in try logs.changes(AuditQuery(), limit: RemoteLogs.mostAtOnce).records {
                guard let record = try? AuditRecord(bytes: bytes), record.index > end else { continue }
                end = record.index
                if changes?.includes(record) ?? false { tell(bytes, AuditRow(record)) }
            }
            for (place, log) in logs.brokers.enumerated() {
                for bytes in try logs.decisions(in: log, decisions, limit: RemoteLogs.mostAtOnce).records {
                    guard let record = try? DecisionRecord(bytes: bytes), record.index > ends[place] else { continue }
                    ends[place] = record.index
                    tell(bytes, AuditRow(record, names: logs.accountNames))
                }
            }
            if remaining > 0 { usleep(Self.remotePause) }
        }
    }

    /// What a service tells of its own log as it happens.
    private func follow(_ service: RemoteService, from index: Int64) throws {
        let changes = try filter.changes([:])
        let events = EventReader()
        let remaining = Mutex(count ?? .max)
        try service.follow("/v1/events?since=\(index)") { piece in
            for data in events.data(in: piece) {
                guard let record = try? AuditRecord(bytes: data), changes?.includes(record) ?? false else { continue }
                show(data, AuditRow(record))
                let isDone = remaining.withLock { left in
                    left -= 1
                    return left <= 0
                }
                if isDone { return false }
            }
            return true
        }
    }

    /// What came since, through the ends of segments.
    private static func newLines(_ place: inout Reading) throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        while true {
            let hasNext = try place.reader.size(of: place.segment + 1) > 0
            let read = try place.reader.newLines(of: place.segment, from: &place.offset)
            lines += read
            guard read.isEmpty else { continue }
            guard hasNext else { return lines }
            (place.segment, place.offset) = (place.segment + 1, 0)
        }
    }

    private func show(_ bytes: [UInt8], _ row: AuditRow) {
        if directory.json { return Console.data(String(decoding: bytes, as: UTF8.self)) }
        Console.data(Console.printableLine(SecretText.hidden(in: row.line)))
    }
}
