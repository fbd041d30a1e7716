/// What some holders may not do by any way, whatever the accounts' files say.
///
/// ```yaml
/// never:
///   - { from: role SUPPLIER/engineer, may not: receive "plant.*.secret.>", of: FACTORY }
///   - { from: outside, may not: [ "publish cmd.>" ], of: FACTORY, except: [ role AUDIT/auditor ] }
/// ```
public struct NeverRule: Sendable, Hashable {
    public var from: Placed<AccessAnalysis.Holders>?
    public var mayNot: [Sentence] = []
    /// The account whose subjects they are.
    public var account: Placed<String>?
    /// Of `from`, those who may.
    public var except: [Placed<AccessAnalysis.Holders>] = []
    public let position: PolicyPosition

    public struct Sentence: Sendable, Hashable {
        public let act: AccessRoute.Act
        public let subject: PolicySubject
        public let position: PolicyPosition
    }

    init(position: PolicyPosition) {
        self.position = position
    }
}

extension AccessAnalysis.Holders {
    /// Reads `anybody`, `outside`, `account A`, `role A/r` and `user A/u`.
    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        if words == ["anybody"] {
            self = .everybody
            return
        }
        if words == ["outside"] {
            self = .outside
            return
        }
        guard words.count == 2 else { return nil }
        // Names of accounts may have a slash in them, those of roles and users may not.
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else { return nil }
        let name = parts.dropLast().joined(separator: "/")
        switch (words[0], parts.count) {
        case ("account", _): self = .account(words[1])
        case ("role", 2...): self = .role(account: name, role: parts[parts.count - 1])
        case ("user", 2...): self = .user(account: name, user: parts[parts.count - 1])
        default: return nil
        }
    }
}
