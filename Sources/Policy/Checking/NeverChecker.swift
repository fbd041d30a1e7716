import Subjects

/// Proves the `never` rules of a set, or refutes them with a route.
struct NeverChecker {
    /// Nobody reads more, and each takes time and room.
    private static let mostProblems = 1_000

    private let set: PolicySet
    private var analysis: AccessAnalysis
    private(set) var problems: [PolicyProblem] = []

    init(_ set: PolicySet, _ analysis: AccessAnalysis) {
        self.set = set
        self.analysis = analysis
    }

    mutating func check() {
        for rule in set.manifest.never {
            check(rule)
            guard !analysis.isCutShort, problems.count < Self.mostProblems else { return cutShort(rule) }
        }
    }

    /// Says that what follows is not proved.
    private mutating func cutShort(_ rule: NeverRule) {
        let why =
            analysis.isCutShort
            ? "there was no more time for this rule and those below"
            : "\(problems.count) ways break rules up to this one"
        problems.append(
            PolicyProblem(
                .tooLarge, at: rule.position, in: set.source,
                "\(why): of what was not looked at nothing is proved",
                remedy: analysis.isCutShort
                    ? "ask near, with \"chancery policy check\", where there is no limit; or make fewer rules of it"
                    : "mend those first"))
    }

    private mutating func check(_ rule: NeverRule) {
        guard let from = rule.from, let account = rule.account, isKnown(account) else { return }
        guard ([from] + rule.except).allSatisfy({ isKnown($0) }) else { return }
        warnOfServers(account)
        for sentence in rule.mayNot {
            guard let pattern = try? Pattern(sentence.subject.text) else { continue }
            let routes = analysis.routes(sentence.act, SubjectSet([pattern]), of: account.value, by: from.value)
            for route in routes where !rule.except.contains(where: { $0.value.have(route.who, of: account.value) }) {
                report(route, sentence)
            }
            guard !analysis.isCutShort, problems.count < Self.mostProblems else { return }
        }
    }

    private mutating func report(_ route: AccessRoute, _ sentence: NeverRule.Sentence) {
        let who = "\(route.who.account)/\(route.who.role)"
        let verb = sentence.act == .receive ? "receive" : "publish"
        let message =
            route.isExact
            ? "\(who) can \(verb) \(route.subject) of \(route.account) \(route.label) (\(route.who.holders))"
            : "it cannot be ruled out that \(who) can \(verb) \(sentence.subject.text) of \(route.account): \(route.label)"
        problems.append(
            PolicyProblem(
                .never, at: sentence.position, in: set.source, message,
                remedy: "take one of these steps away, or put \"role \(who)\" under except", route: route))
    }

    /// What servers publish and answer in the system account themselves is in no set, so that nothing is proved of it.
    private mutating func warnOfServers(_ account: Placed<String>) {
        guard account.value == "SYS", set.account(account.value) == nil else { return }
        problems.append(
            PolicyProblem(
                .withoutEffect, .warning, at: account.position, in: set.source,
                "the rule says nothing about what servers publish and answer in \(account.value) themselves: that is in no set",
                remedy: "see to it where \(account.value) is managed: who has a user there, and what it exports"))
    }

    // MARK: Names

    private mutating func isKnown(_ account: Placed<String>) -> Bool {
        guard analysis.graph.numbers[account.value] == nil else { return true }
        unknown(.unknownAccount, account.position, "account", account.value, set.manifest.accounts.map(\.name.value))
        return false
    }

    private mutating func isKnown(_ holders: Placed<AccessAnalysis.Holders>) -> Bool {
        switch holders.value {
        case .everybody, .outside: return true
        case .account(let account): return isKnown(Placed(account, holders.position))
        case .role(account: let account, let role):
            guard isKnown(Placed(account, holders.position)) else { return false }
            guard let policy = set.account(account)?.policy else { return true }
            if policy.roles.contains(where: { $0.name == role }) { return true }
            unknown(.unknownRole, holders.position, "role", role, policy.roles.map(\.name))
        case .user(account: let account, let user):
            guard isKnown(Placed(account, holders.position)) else { return false }
            guard let policy = set.account(account)?.policy else { return true }
            if policy.users.contains(where: { $0.name == user }) { return true }
            unknown(.unknownUser, holders.position, "user", user, policy.users.map(\.name))
        }
        return false
    }

    private mutating func unknown(
        _ code: PolicyProblem.Code, _ position: PolicyPosition, _ what: String, _ name: String, _ known: [String]
    ) {
        problems.append(
            PolicyProblem(
                code, at: position, in: set.source, "there is no \(what) \"\(name)\"",
                remedy: Suggestion.nearest(to: name, in: known).map { "did you mean \($0)?" }
                    ?? (known.isEmpty ? "" : "there are: \(known.joined(separator: ", "))")))
    }
}

extension AccessAnalysis.Holders {
    /// Whether somebody is among them.
    func have(_ who: AccessRoute.Who, of account: String) -> Bool {
        switch self {
        case .everybody: true
        case .outside: who.account != account
        case .account(let name): who.account == name
        case .role(account: let name, let role):
            who.account == name && AccessGraph.Role.names(in: who.role).contains(role)
        case .user(account: let name, let user): who.account == name && who.name == user
        }
    }
}

extension PolicyProblem.Code {
    /// Something that nobody may do, and that somebody can.
    public static let never = Self("never")
}
