import Claims

/// Which role of a file is which of those that are there: by its name, or by the one that it `was`.
///
/// A name that another role takes over with `was` is free: who has it in the file is new, or was another one itself.
public struct RoleNaming: Sendable {
    /// A role that is there and that no role of the file is.
    public struct Vanishing: Sendable, Hashable {
        /// The role's name, without values.
        public let role: String
        /// The names of its keys.
        public let names: [String]
    }

    /// A `was` that gives its role nothing.
    public struct Vain: Sendable, Hashable {
        public let role: String
        public let was: String
        /// Whether the role is there by its own name; otherwise nothing of the old name is.
        public let isThere: Bool
    }

    /// What each role, or the key for one value of a role, is called where it is there; a new one has none.
    public private(set) var old: [String: String] = [:]
    /// Roles that vanish, by name. What only users' combinations come to is none.
    public private(set) var vanishing: [Vanishing] = []
    /// By name; those of roles that have taken over their old ones before are none.
    public private(set) var vain: [Vain] = []
    private let was: [String: String]

    /// - Parameters:
    ///   - roles: what the file's roles and users come to.
    ///   - known: the names of the keys that are there.
    public init(of roles: [CompiledRole], in policy: AccountPolicy, known: Set<String>) {
        was = Dictionary(
            policy.roles.compactMap { role in role.was.map { (role.name, $0.value) } },
            uniquingKeysWith: { first, _ in first })
        let byName = Dictionary(roles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for role in roles where known.contains(role.name) { old[role.name] = role.name }
        var pending = roles.filter { old[$0.name] == nil }
        var taken: Set<String> = []
        while let role = pending.popLast() {
            guard let name = oldName(of: role), known.contains(name), taken.insert(name).inserted else { continue }
            old[role.name] = name
            guard old[name] == name else { continue }
            old[name] = nil
            if let displaced = byName[name] { pending.append(displaced) }
        }
        let kept = Set(old.values)
        let written = Set(policy.roles.map(\.name))
        let gone = Dictionary(grouping: known.subtracting(kept).filter { Self.isWritten($0) }) { Self.base(of: $0) }
        vanishing = gone.filter { !written.contains($0.key) || $0.value.contains($0.key) }
            .map { Vanishing(role: $0.key, names: $0.value.sorted()) }.sorted { $0.role < $1.role }
        let there = Set(known.map { Self.base(of: $0) })
        let lost = Set(vanishing.map(\.role))
        for (role, name) in was.sorted(by: { $0.key < $1.key }) {
            let isThere = there.contains(role)
            if isThere ? lost.contains(name) : !there.contains(name) {
                vain.append(Vain(role: role, was: name, isThere: isThere))
            }
        }
    }

    /// Whether a role of the file is none of those that are there.
    public func isNew(_ role: CompiledRole) -> Bool { old[role.name] == nil && Self.isWritten(role.name) }

    /// What a role, a key for one value of it, or a combination was called before; nil where it was called the same.
    private func oldName(of role: CompiledRole) -> String? {
        let name = role.policy.name
        guard role.name.hasPrefix(name) else { return nil }
        let combination = name.prefix { $0 != "@" }
        let parts = combination.split(separator: "+").map { was[String($0)] ?? String($0) }.sorted()
        let before = parts.joined(separator: "+") + name.dropFirst(combination.count) + role.name.dropFirst(name.count)
        return before == role.name ? nil : before
    }

    /// Whether a name stands in a file, perhaps with values, and is no combination.
    private static func isWritten(_ name: String) -> Bool { !base(of: name).contains { $0 == "+" || $0 == "@" } }

    private static func base(of name: String) -> String { String(name.prefix { $0 != ":" }) }
}

extension PolicySet {
    /// The old names of an account's roles by their new ones, where the files come after what another side says.
    public func renamedRoles(of account: String, after old: AccountAccess) -> [String: String] {
        guard let policy = self.account(account)?.policy, let roles = compiled(account)?.roles else { return [:] }
        let known = Set(old.claims.signingKeys.compactMap(\.scope).map(\.role))
        return RoleNaming(of: roles, in: policy, known: known).old.filter { $0.key != $0.value }
    }
}
