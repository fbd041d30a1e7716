import Claims
import Subjects

/// Entries that give something and entries that take it away, with their places: to find those that a difference comes from.
struct PlacedRules {
    private(set) var allow: [String: PolicyRule] = [:]
    private(set) var deny: [String: PolicyRule] = [:]

    init() {}

    /// The lists of a role, or of users without one.
    ///
    /// - Parameters:
    ///   - pointer: to the permission, such as `/nats/signing_keys/KEY/template/pub`.
    ///   - isMeant: whether entries for a queue group count; nil is no group.
    init(
        _ permission: Permission?, _ pointer: String, _ sources: SourceMap,
        where isMeant: (String?) -> Bool = { _ in true }
    ) {
        func read(_ texts: [String], _ list: String) -> [String: PolicyRule] {
            var rules: [String: PolicyRule] = [:]
            for (index, text) in texts.enumerated() {
                guard let entry = SubscribeEntry(text), isMeant(entry.queue) else { continue }
                rules[text] = PolicyRule(entry.pattern, sources.places["\(pointer)/\(list)/\(index)"] ?? [])
            }
            return rules
        }
        allow = read(permission?.allow ?? [], "allow")
        deny = read(permission?.deny ?? [], "deny")
    }

    /// Exports or imports.
    ///
    /// - Parameter pointer: to their list.
    init(_ subjects: [(index: Int, subject: String)], _ pointer: String, _ sources: SourceMap) {
        for (index, subject) in subjects {
            guard let pattern = try? Pattern(subject) else { continue }
            allow[subject] = PolicyRule(pattern, sources.places["\(pointer)/\(index)"] ?? [])
        }
    }

    /// Grants to one importer.
    init(_ grants: [PlacedGrant]) {
        for item in grants {
            guard let pattern = try? Pattern(item.grant.subject) else { continue }
            let places = allow[item.grant.subject]?.sources ?? []
            allow[item.grant.subject] = PolicyRule(pattern, places + [item.position])
        }
    }

    /// The places of what is allowed on one side and not on the other, or denied on the other and not on the one, and has
    /// to do with some subjects. Where no entry is another, of all that allow them.
    ///
    /// - Returns: those on the side that has the subjects, and those on the side that has not.
    static func sources(
        of lines: [SubjectLines.Line], with having: PlacedRules, without lacking: PlacedRules
    ) -> (having: [PolicyPosition], lacking: [PolicyPosition]) {
        let allowed = having.allow.filter { lacking.allow[$0.key] == nil }
        let denied = lacking.deny.filter { having.deny[$0.key] == nil }
        let found = (places(of: lines, Array(allowed.values)), places(of: lines, Array(denied.values)))
        guard found.0.isEmpty, found.1.isEmpty else { return found }
        return (places(of: lines, Array(having.allow.values)), [])
    }

    /// The places of rules that have something to do with lines.
    private static func places(of lines: [SubjectLines.Line], _ rules: [PolicyRule]) -> [PolicyPosition] {
        guard !rules.isEmpty else { return [] }
        var index = RuleIndex(rules)
        var found: Set<Int> = []
        for line in lines {
            var exceptions = RuleIndex(line.exceptions.map { PolicyRule($0, []) })
            for pattern in line.patterns {
                for rule in (try? index.meeting(pattern)) ?? [] where !found.contains(rule) {
                    let outside = (try? exceptions.containing(rules[rule].pattern))?.isEmpty ?? true
                    if outside { found.insert(rule) }
                }
            }
        }
        return Set(found.flatMap { rules[$0].sources }).sorted()
    }
}
