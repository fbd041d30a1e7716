import Administration
import ArgumentParser
import Audit

/// Which records somebody wants to see.
struct DecisionFilterOptions: ParsableArguments {
    @Option(text: "Only from this time on: a date, or so long ago, such as 12h or 7d.", as: "time") var since: String?
    @Option(text: "Only before this time.", as: "time") var until: String?
    @Option(text: "Only this kind, such as connect, publish, deliver, disconnect or gap.", as: "kind") var kind: String?
    @Option(text: "Only this outcome: allowed, denied, cut, exhausted, changed or error.", as: "outcome")
    var outcome: String?
    @Option(text: "Only what is about this account.", as: "name") var account: String?
    @Option(text: "Only what is about this user.", as: "name") var user: String?
    @Option(text: "Only what is about exactly this subject.", as: "subject") var subject: String?
    @Option(name: .customLong("reason"), text: "Only with this code of a reason, such as wrong_password.", as: "code")
    var reason: String?
    @Option(help: ArgumentHelp("Only this connection, by the server's number for it.", valueName: "number"))
    var connection: Int64?

    func validate() throws {
        if let kind, AuditKind(rawValue: kind) == nil {
            throw ValidationError("\"\(kind)\" is not a kind. Known are \(Self.list(AuditKind.allCases)).")
        }
        if let outcome, AuditOutcome(rawValue: outcome) == nil {
            throw ValidationError("\"\(outcome)\" is not an outcome. Known are \(Self.list(AuditOutcome.allCases)).")
        }
        if let reason, !AuditReason.all.contains(reason) {
            throw ValidationError("\"\(reason)\" is not the code of a reason: see docs/audit.md.")
        }
    }

    private static func list(_ cases: [some RawRepresentable<String>]) -> String {
        cases.map(\.rawValue).joined(separator: ", ")
    }

    /// - Parameter names: what accounts are called, by their keys.
    func decisions(_ names: [String: String]) throws -> DecisionFilter {
        var filter = DecisionFilter()
        (filter.kind, filter.outcome) = (kind.flatMap(AuditKind.init), outcome.flatMap(AuditOutcome.init))
        filter.account = account.map { account in names.first { $0.value == account }?.key ?? account }
        (filter.user, filter.subject, filter.reason, filter.connection) = (user, subject, reason, connection)
        (filter.since, filter.until) = (try since.map(Self.moment), try until.map(Self.moment))
        return filter
    }

    /// The same for the directory's log; nil where nothing of it can be meant.
    func changes(_ names: [String: String]) throws -> AuditQuery? {
        guard subject == nil, reason == nil, connection == nil else { return nil }
        var query = AuditQuery()
        (query.kind, query.outcome) = (kind.flatMap(AuditKind.init), outcome.flatMap(AuditOutcome.init))
        (query.account, query.user) = (account, user)
        query.accountKey = account.flatMap { account in names.first { $0.value == account }?.key }
        (query.since, query.until) = (try since.map(Self.moment), try until.map(Self.moment))
        return query
    }

    /// Spans count back from now, where other commands mean the time until something ends.
    private static func moment(_ text: String) throws -> Int64 {
        let now = SystemClock.now()
        let moment = try PointInTime.parse(text, now: now)
        let isSpan = !text.contains("-") && text != "0"
        return isSpan ? now - (moment - now) : moment
    }
}
