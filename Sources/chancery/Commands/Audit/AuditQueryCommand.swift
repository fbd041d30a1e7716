import Administration
import ArgumentParser
import Audit

/// `chancery audit query`
struct AuditQueryCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Show records of the audit log, the oldest first.",
        discussion: """
            With --json each line is a record exactly as it is stored and signed.
            """)
    static let example = "chancery audit query --object alice --op user --since 7d"

    private static let defaultLimit = 100

    @Option(text: "Only what is about the operator, account, user or key of this name or key.", as: "name")
    var object: String?
    @Option(
        name: .customLong("op"),
        help: ArgumentHelp("Only this operation, such as account.edit, or all of account.", valueName: "operation"))
    var operation: String?
    @Option(text: "Only from this time on: a date, or so long ago, such as 12h or 7d.", as: "time") var since: String?
    @Option(help: ArgumentHelp("The most records, the latest ones; 0 for all.", valueName: "number"))
    var limit = defaultLimit
    @OptionGroup var directory: DirectoryOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit cannot be negative.") }
        if let operation, !AuditQuery.isKnown(operation: operation) {
            let known = AuditOperation.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\"\(operation)\" is not an operation. Known are \(known).")
        }
    }

    func run() throws {
        var query = AuditQuery()
        (query.object, query.operation) = (object, operation)
        query.since = try since.map(Self.moment)
        query.limit = limit == 0 ? nil : limit
        let answer = try directory.open().audit(query)
        if directory.json {
            for entry in answer.entries { Console.data(String(decoding: entry.bytes, as: UTF8.self)) }
        } else {
            show(answer)
        }
        if answer.isCut { Console.say("earlier records are left out: see more with --limit") }
        for index in answer.unreadable {
            Console.warn("record \(index) cannot be read: see what is wrong with \"chancery audit verify\"")
        }
    }

    /// Spans count back from now, where other commands mean the time until something ends.
    private static func moment(_ text: String) throws -> Int64 {
        let now = SystemClock.now()
        let moment = try PointInTime.parse(text, now: now)
        let isSpan = !text.contains("-") && text != "0"
        return isSpan ? now - (moment - now) : moment
    }

    private func show(_ answer: AuditAnswer) {
        guard !answer.entries.isEmpty else { return Console.say("no record matches") }
        var table = Table(header: ["Record", "Time", "Who", "Operation", "What", "Reason"])
        for record in answer.entries.map(\.record) {
            let object = record.object.map { $0.name ?? $0.id } ?? ""
            // People read seconds; the record has the rest.
            table.add(
                String(record.index), record.time.prefix(19) + "Z", "\(record.actor.kind.rawValue):\(record.actor.id)",
                record.operation.rawValue, object, record.reason ?? "")
        }
        Console.data(table.text(width: Console.width))
    }
}
