import Claims
import Subjects

// Permissions count behind an account's mappings: whoever may publish on a source has to be allowed what it becomes.

extension SetChecker {
    /// A role that may publish what a mapping moves, but not what it is moved to: a canary of 10 % would be 10 % refusals.
    mutating func checkRolesBehindMappings(of account: PolicySet.Account) {
        let mappings = account.policy.mappings.compactMap { mapping in (try? mapping.compiled()).map { (mapping, $0) } }
        guard !mappings.isEmpty else { return }
        var index = RuleIndex(mappings.map(\.1.source))
        // Keys for single values publish the same.
        let compiled = Dictionary(
            account.roles.values.map { ($0.policy.name, $0) }, uniquingKeysWith: { first, _ in first })
        for role in account.policy.roles {
            guard let publish = compiled[role.name]?.permissions.publish else { continue }
            // Whoever may publish everything may do so behind any mapping.
            if publish.deny.isEmpty, publish.allow.isEmpty || publish.allow.contains(">") { continue }
            let met = Self.numbers(of: publish, &index) ?? Array(mappings.indices)
            for (mapping, map) in met.map({ mappings[$0] }) {
                do throws(SubjectsTooLarge) {
                    guard let witness = try Self.refusal(behind: map, publish.subjects()) else { continue }
                    report(
                        .refusedBehindMapping, at: role.position, in: account.source,
                        "\(role.name) may publish on \(map.source), and not on \(witness), which the mapping makes of it",
                        remedy: "allow every destination, or take the source away from the role",
                        related: .init(position: mapping.source.position, message: "the mapping"))
                } catch {
                    report(
                        .tooLarge, .warning, at: mapping.source.position, in: account.source,
                        "what \(role.name) publishes behind this mapping is too much to be worked out: \(error)")
                }
            }
        }
    }

    /// The mappings whose sources meet what a role may publish; nil where they are all to be looked at.
    private static func numbers(of publish: Permission, _ index: inout RuleIndex) -> [Int]? {
        guard !publish.allow.isEmpty else { return nil }
        var numbers: Set<Int> = []
        for pattern in publish.allow.compactMap({ try? Pattern($0) }) {
            guard let met = try? index.meeting(pattern) else { return nil }
            numbers.formUnion(met)
        }
        return numbers.sorted()
    }

    /// A subject that the mapping makes of what may be published, and that may not be published; nil if there is none.
    private static func refusal(
        behind mapping: SubjectMapping, _ published: SubjectSet
    ) throws(SubjectsTooLarge) -> String? {
        let moved = try published.intersection(SubjectSet([mapping.source]))
        guard try !moved.isEmpty() else { return nil }
        let image = try mapping.image(of: moved)
        let refused = try image.set.subtracting(published)
        // What is an upper bound only may hold subjects that nothing becomes.
        guard image.isExact, let witness = try refused.witness() else { return nil }
        return String(decoding: witness, as: UTF8.self)
    }
}

extension Permission {
    /// What the lists of a role allow, templates taken as tokens of their own.
    func subjects() throws(SubjectsTooLarge) -> SubjectSet {
        let allowed = allow.compactMap { try? Pattern($0) }
        let set = allow.isEmpty ? SubjectSet.everything : SubjectSet(allowed)
        return try set.subtracting(SubjectSet(deny.compactMap { try? Pattern($0) }))
    }
}

extension PolicyProblem.Code {
    /// A role that may publish a mapping's source, and not one of its destinations.
    public static let refusedBehindMapping = Self("refused-behind-mapping")
}
