import Administration
import Audit

/// What the check of one log came to.
struct AuditVerdict {
    private let answer: VerdictAnswer
    private let isAdmin: Bool

    init(_ findings: AuditFindings) {
        isAdmin = true
        answer = VerdictAnswer(findings)
    }

    /// - Parameter folder: the name of the log's folder.
    init(_ findings: LogFindings, folder: String) {
        isAdmin = false
        answer = VerdictAnswer(findings, folder: folder)
    }

    /// What a service found.
    ///
    /// - Parameter log: the log's name.
    init(_ answer: VerdictAnswer, of log: String) {
        (self.answer, isAdmin) = (answer, log == AuditLogs.admin)
    }

    var isInOrder: Bool { answer.problems.isEmpty }

    /// - Parameter isAlone: whether no other log was checked.
    func show(asJSON: Bool, isAlone: Bool) throws {
        guard !asJSON else { return try JSONOutput.line(answer) }
        if let log = answer.log, let key = answer.key, let root = answer.root {
            var table = Table()
            if !isAlone { table.add("Name", answer.name ?? AuditLogs.admin) }
            table.add("Log", log)
            table.add("Key", key)
            table.add("Root", root)
            table.add("Records", String(answer.records))
            table.add("Verified", String(answer.verified))
            if let unanchored = answer.unanchored, unanchored > 0 { table.add("Not yet anchored", String(unanchored)) }
            if let events = answer.events { table.add("Events", String(events)) }
            if let lost = answer.lost, lost > 0 { table.add("Lost", String(lost)) }
            Console.data(table.text(width: Console.width))
        }
        answer.omissions?.forEach(Console.warn)
        for problem in answer.problems {
            Console.complain(
                problem.record.map { "record \(record($0)): \(problem.message)" } ?? problem.message, remedy: nil)
        }
        guard answer.problems.isEmpty else {
            return Console.say(
                isAdmin
                    ? "what was altered came past chancery: compare with a backup from before"
                    : "what was altered came past the broker: compare with a copy from before")
        }
        Console.say(answer.log == nil ? "nothing was recorded yet" : "everything is as it was recorded")
    }

    /// The directory's records are named by their numbers alone, those of brokers with their log.
    private func record(_ index: Int64) -> String { isAdmin ? String(index) : "\(answer.log ?? "")/\(index)" }
}
