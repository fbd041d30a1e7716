import Claims

/// An account's file as it was applied, on its way out again: with the environment's values filled in, and with what the
/// set's ceilings gave it, so that it stands by itself.
public struct AppliedFile: Sendable {
    private let members: AccountWriter.Members
    /// The ceiling of lifetimes, nanoseconds; nil for none.
    private let lifetime: Int64?

    /// - Returns: nil where the set's texts have no such account.
    init?(_ set: PolicySet, account name: String) {
        guard let file = set.manifest.accounts.first(where: { $0.name.value == name })?.file?.value,
            let bytes = set.texts.files[file], let root = try? PolicyText.parse(bytes, file: file).root,
            case .mapping(let members) = root.content
        else { return nil }
        let values = Self.values(of: set)
        self.members = members.filter { $0.name != "values" }.map {
            ($0.name, PolicyTree($0.value, values, isRaw: $0.name == "claims"))
        }
        lifetime = set.manifest.ceilings.lifetime?.value
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

    /// The file's text.
    ///
    /// - Parameter limits: the account's, as they are in force.
    func text(limits: AccountLimits) -> String {
        var members = members
        let explicit = limits.policyMembers
        if let index = members.firstIndex(where: { $0.0 == "limits" }) {
            members[index].1 = .mapping(explicit + members[index].1.members.filter { $0.0 == "jetstream" })
        } else {
            let place = members.firstIndex { $0.0 == "account" }.map { $0 + 1 } ?? 0
            members.insert(("limits", .mapping(explicit)), at: place)
        }
        if let lifetime, let index = members.firstIndex(where: { $0.0 == "roles" }) {
            let expires = PolicyTree.word(PolicyNumber.text(duration: lifetime))
            members[index].1 = .mapping(
                members[index].1.members.map { name, role in
                    role.members.contains { $0.0 == "expires" }
                        ? (name, role) : (name, .mapping(role.members + [("expires", expires)]))
                })
        }
        return PolicyTree.mapping(members).yaml
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

extension PolicyTree {
    /// A piece of a file that was read.
    ///
    /// - Parameters:
    ///   - values: what stands for each `<name>`.
    ///   - isRaw: whether it is of `claims`, where texts are as they are and a word without quotes may be a number.
    init(_ node: PolicyNode, _ values: [String: String], isRaw: Bool = false) {
        switch node.content {
        case .nothing: self = .mapping([])
        case .list(let elements): self = .list(elements.map { PolicyTree($0, values, isRaw: isRaw) })
        case .mapping(let members):
            self = .mapping(
                members.map { ($0.name, PolicyTree($0.value, values, isRaw: isRaw || $0.name == "claims")) })
        case .text(let text, let isQuoted):
            let filled = isRaw ? text : Self.filled(text, values)
            self = !isQuoted && filled == text && Self.isPlain(text) ? .word(text) : .text(filled)
        }
    }

    private static func filled(_ text: String, _ values: [String: String]) -> String {
        values.reduce(text) { $0.replacing("<\($1.key)>", with: $1.value) }
    }

    /// Whether a text without quotes is the same anywhere in brackets.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.first.map { $0 == UInt8(ascii: "-") ? text.utf8.count > 1 : true } == true
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || "_.%/+-".utf8.contains($0)
            }
    }

    /// Of a mapping; empty for what is none.
    var members: AccountWriter.Members { if case .mapping(let members) = self { members } else { [] } }
}
