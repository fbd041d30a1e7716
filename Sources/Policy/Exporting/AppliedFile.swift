import Claims

/// An account's file as it was applied, on its way out again: with the environment's values filled in, and with what the
/// set's ceilings gave it, so that it stands by itself.
public struct AppliedFile: Sendable {
    /// The file's text.
    let text: String
    /// The accounts that it names: those it grants something, and those it imports from.
    let partners: Set<String>

    /// - Returns: nil where the set's texts have no such account, or the values make one key of two that cannot be one.
    init?(_ set: PolicySet, account name: String) {
        guard let file = set.manifest.accounts.first(where: { $0.name.value == name })?.file?.value,
            let bytes = set.texts.files[file], let root = try? PolicyText.parse(bytes, file: file).root,
            case .mapping(let members)? = ValueFiller(Self.values(of: set)).tree(root, .table("account")),
            let policy = set.account(name)?.written
        else { return nil }
        var own = members.filter { $0.0 != "values" }
        Self.add(set.manifest.ceilings, to: &own, policy)
        text = PolicyTree.mapping(own).yaml
        partners = Set(
            policy.exports.flatMap(\.grants).compactMap(\.account?.value) + policy.imports.compactMap(\.from?.value)
        )
        .subtracting([name])
    }

    /// What stands for each `<name>` in the set's environment.
    private static func values(of set: PolicySet) -> [String: String] {
        let file = set.manifest.environments.first { $0.name.value == set.environment }?.file.value
        guard let file, let bytes = set.texts.files[file], let document = try? PolicyText.parse(bytes, file: file),
            let root = document.root
        else { return [:] }
        var reader = PolicyReader(document.source)
        return reader.environment(root)
    }

    /// Writes out what counts where the file says nothing.
    private static func add(
        _ ceilings: PolicyManifest.Ceilings, to members: inout AccountWriter.Members, _ policy: AccountPolicy
    ) {
        let limits = ceilings.policyMembers(besides: policy)
        if let index = members.firstIndex(where: { $0.0 == "limits" }) {
            members[index].1 = .mapping(members[index].1.members + limits)
        } else if !limits.isEmpty {
            let place = members.firstIndex { $0.0 == "account" }.map { $0 + 1 } ?? 0
            members.insert(("limits", .mapping(limits)), at: place)
        }
        guard let lifetime = ceilings.lifetime?.value, let index = members.firstIndex(where: { $0.0 == "roles" }) else {
            return
        }
        members[index].1 = .mapping(members[index].1.members.map { ($0, $1.limited(to: lifetime)) })
    }
}

extension PolicyTree {
    /// A role whose credentials are good for no longer than this, in nanoseconds. What it says of that already is less.
    fileprivate func limited(to lifetime: Int64) -> PolicyTree {
        var members = members
        let most = ("most", PolicyTree.word(PolicyNumber.text(duration: lifetime)))
        guard let index = members.firstIndex(where: { $0.0 == "expires" }) else {
            return .mapping(members + [("expires", .mapping([most]))])
        }
        guard case .mapping(let expires) = members[index].1, !expires.contains(where: { $0.0 == "most" }) else {
            return self
        }
        members[index].1 = .mapping(expires + [most])
        return .mapping(members)
    }
}

extension PolicyManifest.Ceilings {
    /// Those of an account's limits that neither its file's limits nor its claims say.
    fileprivate func policyMembers(besides policy: AccountPolicy) -> AccountWriter.Members {
        let own = policy.limits
        var claimed: Set<String> = []
        if case .members(let fields)? = policy.claims.first(where: { $0.name == "limits" })?.value.content {
            claimed = Set(fields.map(\.name))
        }
        let all: [(String, String, PolicyLimit?, PolicyLimit?, String)] = [
            ("connections", "conn", own.connections, connections, ""),
            ("leaf_nodes", "leaf", own.leafNodes, leafNodes, ""),
            ("subscriptions", "subs", own.subscriptions, subscriptions, ""),
            ("payload", "payload", own.payload, payload, "B"),
        ]
        return all.compactMap { key, field, said, ceiling, unit in
            guard said == nil, !claimed.contains(field), let ceiling else { return nil }
            switch ceiling {
            case .unlimited: return (key, .word("unlimited"))
            case .most(let most): return (key, .word("\(most)\(unit)"))
            }
        }
    }
}

extension PolicySet {
    /// An account's file, to be written again; nil where there is none.
    public func appliedFile(of account: String) -> AppliedFile? { AppliedFile(self, account: account) }

    /// What the account's file says of a compiled role and claims have no room for, by its name.
    public func roleOrigins(of account: String) -> [String: RoleOrigin] {
        (self.account(account)?.roles ?? [:]).mapValues { RoleOrigin($0.policy, ceiling: manifest.ceilings.lifetime) }
    }
}

/// What a file says of a role and claims have no room for: the values that its tags may have, and how long credentials last.
public struct RoleOrigin: Sendable {
    private let tags: [RolePolicy.Tag]
    /// Nanoseconds.
    private let usual: Int64?
    private let most: Int64?

    init(_ role: RolePolicy, ceiling: Placed<Int64>?) {
        tags = role.tags
        usual = role.lifetime?.usual ?? (role.lifetime == nil ? ceiling?.value : nil)
        most = role.lifetime?.most ?? ceiling?.value
    }

    /// In the language's words.
    var policyMembers: AccountWriter.Members {
        var members: AccountWriter.Members = []
        if !tags.isEmpty {
            members.append(
                ("tags", .mapping(tags.map { ($0.name, .list($0.values.map { .text($0.value) })) })))
        }
        var expires: AccountWriter.Members = []
        if let usual { expires.append(("default", .word(PolicyNumber.text(duration: usual)))) }
        if let most { expires.append(("most", .word(PolicyNumber.text(duration: most)))) }
        if !expires.isEmpty { members.append(("expires", .mapping(expires))) }
        return members
    }
}
