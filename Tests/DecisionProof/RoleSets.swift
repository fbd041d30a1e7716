import Oracle
import Subjects

/// A role as sets of subjects, and what the algebra says to the questions that programs and oracle are asked.
///
/// The algebra speaks of subjects; what clients may publish to and is none (`a..b`) is not asked here.
struct RoleSets {
    private let rules: OracleRules
    private let publishAllow: [Pattern]
    private let publishDeny: [Pattern]

    init(_ rules: OracleRules) {
        self.rules = rules
        publishAllow = Self.patterns(rules.publishAllow)
        publishDeny = Self.patterns(rules.publishDeny)
    }

    private static func patterns(_ rules: [OracleRule]) -> [Pattern] {
        rules.compactMap { try? Pattern(bytes: Array($0.tokens.joined(separator: ".".utf8))) }
    }

    /// Whether the text is a subject, and one that could not be taken for a pattern.
    static func isSubject(_ tokens: [[UInt8]]) -> Bool {
        tokens.allSatisfy { !$0.isEmpty && $0 != [UInt8(ascii: "*")] && $0 != [UInt8(ascii: ">")] }
    }

    /// What may be published, as a set and as a union of patterns: both have to say the same.
    func mayPublish(_ subject: [UInt8]) throws -> (set: Bool, union: Bool) {
        let pattern = try Pattern(bytes: subject)
        let allowed = rules.restrictsPublish ? SubjectSet(publishAllow) : .everything
        let set = try allowed.subtracting(SubjectSet(publishDeny))
        let isAllowed = !rules.restrictsPublish || PatternUnion(publishAllow).contains(pattern)
        return (set.contains(subject.span), isAllowed && !PatternUnion(publishDeny).overlaps(pattern))
    }

    /// Rule S1 in terms of sets: the pattern's set lies in the group's, and not in what is denied to it.
    func maySubscribe(_ text: [UInt8], _ group: [[UInt8]]?) throws -> Bool {
        let asked = SubjectSet([try Pattern(bytes: text)])
        let denied = SubjectSet(
            Self.patterns(rules.subscribeDeny.filter { $0.queue == nil || group.map($0.names) ?? false }))
        return try asked.isSubset(of: allowed(group)) && !asked.isSubset(of: denied)
    }

    private func allowed(_ group: [[UInt8]]?) throws -> SubjectSet {
        guard rules.restrictsSubscribe else { return .everything }
        let plain = SubjectSet(Self.patterns(rules.subscribeAllow.filter { $0.queue == nil }))
        guard let group else { return plain }
        let named = SubjectSet(Self.patterns(rules.subscribeAllow.filter { $0.names(group) }))
        let grouped = SubjectSet(Self.patterns(rules.subscribeAllow.filter { $0.queue != nil }))
        return try named.union(plain.subtracting(grouped))
    }
}
