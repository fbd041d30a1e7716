import Administration
import ArgumentParser
import Audit

/// `chancery audit query`
struct AuditQueryCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Show records of the audit logs, the oldest first.",
        discussion: """
            Looks into the log of the directory and into those of brokers (chancery broker --audit DIR). With --json each \
            line is a record exactly as it is stored and signed.
            """)
    static let example = """
        chancery audit query --object alice --op user --since 7d
        chancery audit query --kind publish --outcome denied --user alice --since 1h
        """

    private static let defaultLimit = 100

    @Option(text: "Only what is about the operator, account, user or key of this name or key.", as: "name")
    var object: String?
    @Option(
        name: .customLong("op"),
        help: ArgumentHelp("Only this operation, such as account.edit, or all of account.", valueName: "operation"))
    var operation: String?
    @OptionGroup var filter: DecisionFilterOptions
    @Option(help: ArgumentHelp("The most records, the latest ones; 0 for all.", valueName: "number"))
    var limit = defaultLimit
    @OptionGroup var logs: AuditLogOptions
    @OptionGroup var directory: DirectoryOptions

    /// A record that was found, with when it was written.
    private struct Found {
        let time: String
        let bytes: [UInt8]
        let row: AuditRow?
    }

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit cannot be negative.") }
        if let operation, !AuditQuery.isKnown(operation: operation) {
            let known = AuditOperation.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\"\(operation)\" is not an operation. Known are \(known).")
        }
    }

    func run() throws {
        if let service = try directory.service { return try query(service) }
        let logs = try logs.open(directory)
        let names = logs.accountNames()
        var (found, isCut) = try changes(in: logs, names)
        // Only the directory's log is about objects.
        if object == nil, operation == nil {
            let filter = try filter.decisions(names)
            for log in logs.brokers {
                let (decisions, isCutToo) = try self.decisions(in: logs.reader(of: log), filter, names, log)
                found = Self.merged(found, decisions)
                isCut = isCut || isCutToo
            }
        }
        if limit > 0, found.count > limit { (found, isCut) = (Array(found.suffix(limit)), true) }
        show(found)
        if isCut { Console.say("earlier records are left out: see more with --limit") }
    }

    /// The logs of a service.
    private func query(_ service: RemoteService) throws {
        let logs = try RemoteLogs(service, logs, at: Place(operator: directory.operatorReference))
        var (found, isCut): ([Found], Bool) = ([], false)
        if var query = try filter.changes(logs.accountNames) {
            (query.object, query.operation) = (object, operation)
            let answer = try logs.changes(query, limit: limit)
            isCut = answer.isCut
            found = answer.records.map { bytes in
                let record = try? AuditRecord(bytes: bytes)
                return Found(time: record?.time ?? "", bytes: bytes, row: record.map { AuditRow($0) })
            }
        }
        if object == nil, operation == nil {
            let filter = try filter.decisions(logs.accountNames)
            for log in logs.brokers {
                let (decisions, isCutToo) = try logs.decisions(in: log, filter, limit: limit)
                found = Self.merged(
                    found,
                    decisions.map { bytes in
                        let record = try? DecisionRecord(bytes: bytes)
                        return Found(
                            time: record?.time ?? "", bytes: bytes,
                            row: record.map { AuditRow($0, names: logs.accountNames) })
                    })
                isCut = isCut || isCutToo
            }
        }
        if limit > 0, found.count > limit { (found, isCut) = (Array(found.suffix(limit)), true) }
        show(found)
        if isCut { Console.say("earlier records are left out: see more with --limit") }
    }

    /// Two logs as one: each in its own order, and between them by time.
    private static func merged(_ one: [Found], _ other: [Found]) -> [Found] {
        var (merged, place): ([Found], Int) = ([], 0)
        for found in one {
            while place < other.count, other[place].time < found.time {
                merged.append(other[place])
                place += 1
            }
            merged.append(found)
        }
        return merged + other[place...]
    }

    private func changes(in logs: AuditLogs, _ names: [String: String]) throws -> ([Found], isCut: Bool) {
        guard logs.isAdminWanted, let directory = logs.directory, var query = try filter.changes(names) else {
            return ([], false)
        }
        (query.object, query.operation) = (object, operation)
        query.limit = limit == 0 ? nil : limit
        let answer = try directory.audit(query)
        for index in answer.unreadable {
            Console.warn("record \(index) cannot be read: see what is wrong with \"chancery audit verify\"")
        }
        let found = answer.entries.map {
            Found(time: $0.record.time, bytes: $0.bytes, row: AuditRow($0.record))
        }
        return (found, answer.isCut)
    }

    /// The latest records of a broker's log, from the last segment back.
    private func decisions(
        in reader: LogReader<FolderStorage>, _ filter: DecisionFilter, _ names: [String: String], _ log: String
    ) throws -> ([Found], isCut: Bool) {
        var found: [Found] = []
        for segment in try reader.segments.reversed() {
            guard limit == 0 || found.count <= limit else { return (found, true) }
            let lines = try reader.lines(of: segment, filter)
            for line in lines where line.record == nil {
                Console.warn(
                    "record \(line.index) of \(log) cannot be read: see what is wrong with \"chancery audit verify\"")
            }
            let read = lines.compactMap { line in
                line.record.map { Found(time: $0.time, bytes: line.bytes, row: AuditRow($0, names: names)) }
            }
            found = read + found
        }
        return (found, false)
    }

    private func show(_ found: [Found]) {
        if directory.json {
            for entry in found { Console.data(String(decoding: entry.bytes, as: UTF8.self)) }
            return
        }
        guard !found.isEmpty else { return Console.say("no record matches") }
        var table = Table(header: ["Record", "Time", "Who", "Operation", "What", "Reason"])
        for row in found.compactMap(\.row) {
            table.add(row.record, row.shownTime, row.who, row.operation, row.what, row.reason)
        }
        Console.data(table.text(width: Console.width))
    }
}
