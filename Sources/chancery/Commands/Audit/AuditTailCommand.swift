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

    /// How far a broker's log has been read.
    private struct Place {
        let reader: LogReader<FolderStorage>
        var segment: Int
        var offset: Int64
    }

    func run() throws {
        if let service = try directory.service { return try tail(service) }
        let logs = try logs.open(directory)
        let names = logs.accountNames()
        let (decisions, changes) = (try filter.decisions(names), try filter.changes(names))
        var places = try logs.brokers.map { log -> Place in
            let reader = try logs.reader(of: log)
            let last = try reader.segments.last ?? 0
            return Place(reader: reader, segment: last, offset: try reader.size(of: last))
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

    /// The admin log of a service, as it tells of it.
    private func tail(_ service: RemoteService) throws {
        let changes = try filter.changes([:])
        Console.say("listening to admin")
        let events = EventReader()
        let remaining = Mutex(count ?? .max)
        try service.follow("/v1/events") { piece in
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
    private static func newLines(_ place: inout Place) throws -> [[UInt8]] {
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
