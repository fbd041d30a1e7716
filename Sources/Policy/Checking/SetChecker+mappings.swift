import Claims
import Subjects

// Permissions count behind an account's mappings: whoever may publish on a source has to be allowed what it becomes.

extension SetChecker {
    /// A role that may publish what a mapping moves, but not what it is moved to: a canary of 10 % would be 10 % refusals.
    mutating func checkRolesBehindMappings(of account: PolicySet.Account) {
        for role in account.policy.roles {
            // Keys for single values publish the same.
            guard let compiled = account.roles.values.first(where: { $0.policy.name == role.name }) else { continue }
            for mapping in account.policy.mappings {
                guard let map = try? mapping.compiled() else { continue }
                do throws(SubjectsTooLarge) {
                    let published = try compiled.template.permissions.publish.subjects()
                    guard let witness = try Self.refusal(behind: map, published) else { continue }
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
