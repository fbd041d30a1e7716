public import Audit
import Authorization
import Claims
public import Policy

/// Why a recorded decision was made, as machines read it: the rule as the record has it, and its place in the files that
/// were applied.
public struct RecordAnswer: Codable, Sendable {
    public let record: String
    public let log: String
    public let time: String
    public let allowed: Bool
    public let kind: String
    public let outcome: String
    public let subject: String?
    public let user: String?
    public let account: String?
    public let role: String?
    public let reason: String?
    public let explanation: String?
    public let effect: String?
    public let rule: String?
    public let claim: String?
    public let claims: String?
    public let places: [String]

    /// - Parameters:
    ///   - log: the name of the log.
    ///   - places: where the rule stands; see `DirectoryReader.places(of:)`.
    public init(_ record: DecisionRecord, in log: String, places: [PolicyPosition]) {
        self.record = "\(record.log)/\(record.index)"
        (self.log, time) = (log, record.time)
        allowed = record.outcome == .allowed || record.outcome == .changed
        (kind, outcome) = (record.kind.rawValue, record.outcome.rawValue)
        subject = record.subject?.text
        user = record.who?.name ?? record.who?.user
        (account, role) = (record.who?.account, record.who?.role)
        reason = record.reason
        explanation = record.reason.flatMap(Refusal.init)?.explanation
        (effect, rule, claim) = (record.rule?.effect, record.rule?.text?.text, record.rule?.claim)
        claims = record.claims
        self.places = places.map(\.description)
    }
}

extension DirectoryReader {
    /// Where the rule of a recorded decision stands in policy files; none where no file says it.
    public func places(of record: DecisionRecord) throws -> [PolicyPosition] {
        guard let claim = record.rule?.claim, let version = record.claims.flatMap({ TokenVersion(hex: $0) }),
            let time = try? PointInTime.parse((record.repeats?.last ?? record.time).prefix(19) + "Z", now: 0)
        else { return [] }
        let exact = try policySources(of: version, at: claim, asOf: time)
        if !exact.isEmpty { return exact }
        // No entry of a list decided: then all of them are its place.
        var all: [PolicyPosition] = []
        for entry in 0... {
            let places = try policySources(of: version, at: "\(claim)/\(entry)", asOf: time)
            guard !places.isEmpty else { break }
            all += places
        }
        return Array(Set(all)).sorted()
    }
}
