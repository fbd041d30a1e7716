import Authorization
import Claims
import Subjects

/// Runs the tests of an account's file.
public struct PolicyTester {
    /// What became of one sentence.
    public struct Outcome: Sendable {
        public let account: String
        public let environment: String?
        /// Who it is about.
        public let subject: String
        /// As it was written.
        public let sentence: String
        public let position: PolicyPosition
        /// Whether the file says that it is allowed.
        public let isExpected: Bool
        public let isAllowed: Bool
        /// Why it is allowed or not.
        public let reason: String
        /// Where the rule that decided stands in the files; empty where no rule of a file did.
        public let sources: [PolicyPosition]

        public var passes: Bool { isExpected == isAllowed }
    }

    /// The results of a set's tests.
    public struct Report: Sendable {
        public let outcomes: [Outcome]
        /// Rules of the files that decided no sentence.
        public let untouched: [PolicyPosition]
    }

    let account: PolicySet.Account
    let environment: String?
    let realm: ScratchRealm
    let mappings: SubjectMappings

    /// - Parameter only: the one role that is asked about; nil for any.
    init(_ account: PolicySet.Account, _ environment: String?, only: CompiledRole? = nil) throws {
        self.account = account
        self.environment = environment
        realm = try ScratchRealm(account, only: only)
        mappings = SubjectMappings(account.policy.mappings.compactMap { try? $0.compiled() })
    }

    /// Runs all tests of a set.
    ///
    /// - Throws: what signing with made-up keys throws, and `Patience.Ended`.
    public static func run(_ set: PolicySet, patience: Patience = .endless) throws -> Report {
        var outcomes: [Outcome] = []
        var untouched: [PolicyPosition] = []
        for account in set.accounts {
            let tester = try PolicyTester(account, set.environment)
            let found = try account.policy.tests.flatMap { test in
                try patience.check()
                return try tester.run(test)
            }
            outcomes += found
            let touched = Set(found.flatMap(\.sources))
            let rules = Set(account.roles.values.flatMap { $0.sources.values.joined() })
            untouched += rules.subtracting(touched).sorted()
        }
        return Report(outcomes: outcomes, untouched: untouched)
    }

    // MARK: One test

    /// Who a test is about.
    struct Holder {
        let role: RolePolicy
        /// The key that it would be signed with; nil where there is none.
        let key: CompiledRole?
        let name: String
        /// As `name:value`.
        let tags: [String]
        /// Why nobody is let in as this user; nil where somebody is.
        var refusal: String?
    }

    private func run(_ test: PolicyTest) throws -> [Outcome] {
        guard let holder = holder(test.subject) else { return [] }
        let expected = test.may.map { ($0, true) } + test.mayNot.map { ($0, false) }
        let visitor = try visitor(holder)
        return try expected.map { sentence, isExpected in
            let verdict = try verdict(sentence.act, visitor)
            return Outcome(
                account: account.policy.account.value, environment: environment,
                subject: holder.name, sentence: sentence.text, position: sentence.position, isExpected: isExpected,
                isAllowed: verdict.isAllowed, reason: verdict.reason, sources: verdict.sources)
        }
    }

    func holder(_ subject: PolicyTest.Subject?) -> Holder? { account.holder(subject) }

    /// Somebody who has signed in, or was not let in, and can be asked about.
    struct Visitor {
        let holder: Holder
        fileprivate let outcome: Result<Principal, Refusal>?
        fileprivate let server: ServerAnswers?
    }

    /// Signs somebody in, from somewhere and at some time that the role allows.
    ///
    /// - Parameter engine: whose answers are wanted.
    func visitor(_ holder: Holder, _ engine: Engine = .broker) throws -> Visitor {
        guard let key = holder.key else { return Visitor(holder: holder, outcome: nil, server: nil) }
        let role = holder.role
        let outcome = try realm.signIn(
            role: key.name, name: holder.name, tags: holder.tags, from: role.somewhere, type: role.someConnection,
            time: role.sometime)
        var server: ServerAnswers?
        if engine == .natsServer, case .success(let principal) = outcome {
            server = try ServerAnswers(key, realm.values(principal.name, holder.tags))
        }
        return Visitor(holder: holder, outcome: outcome, server: server)
    }

    func verdict(_ act: PolicyTest.Act, _ visitor: Visitor) throws -> PolicyVerdict {
        let holder = visitor.holder
        guard let key = holder.key, let outcome = visitor.outcome else {
            return PolicyVerdict(
                isAllowed: false, reason: "\(holder.role.name) has no key for the name and the tags of \(holder.name)")
        }
        if let refusal = holder.refusal {
            return PolicyVerdict(isAllowed: false, reason: "\(holder.name) does not come in: \(refusal)")
        }
        if case .connect(let address, let time, let kind) = act {
            return try connect(holder, key, from: address, at: time, as: kind)
        }
        // The other sentences are about somebody who is in, however that came about.
        switch outcome {
        case .failure(let refusal):
            return PolicyVerdict(isAllowed: false, reason: "\(holder.name) does not come in: \(refusal)")
        case .success(let principal):
            let asker = PolicyQuestions(
                principal: principal, sources: key.permissionSources, mappings: mappings,
                inbox: holder.role.inboxes.first?.value, server: visitor.server)
            var verdict = asker.verdict(act)
            verdict.principal = principal
            return verdict
        }
    }

    private func connect(
        _ holder: Holder, _ key: CompiledRole, from address: String?, at time: String?, as kind: String?
    ) throws -> PolicyVerdict {
        let role = holder.role
        guard let place = address.map({ NetworkAddress($0) }) ?? role.somewhere ?? NetworkAddress("127.0.0.1") else {
            return PolicyVerdict(isAllowed: false, reason: "\(address ?? "") is no address")
        }
        guard let type = kind.map({ ConnectionType(rawValue: $0) }) ?? role.someConnection else {
            return PolicyVerdict(isAllowed: false, reason: "\(kind ?? "") is no kind of connection")
        }
        let seconds = time.flatMap { TimeOfDayText.seconds($0.count == 5 ? $0 + ":00" : $0) }
        if let time, seconds == nil { return PolicyVerdict(isAllowed: false, reason: "\(time) is no time of day") }
        let outcome = try realm.signIn(
            role: key.name, name: holder.name, tags: holder.tags, from: place, type: type,
            time: seconds ?? role.sometime)
        switch outcome {
        case .success: return PolicyVerdict(isAllowed: true, reason: "\(holder.name) is let in")
        case .failure(let refusal): return PolicyVerdict(isAllowed: false, reason: "\(refusal)")
        }
    }
}

extension PolicySet.Account {
    /// Whom a question is about; nil where the account has no such user or role.
    func holder(_ subject: PolicyTest.Subject?) -> PolicyTester.Holder? {
        switch subject {
        case .user(let name):
            guard let user = policy.users.first(where: { $0.name == name }),
                let role = composedRole(of: user)
            else { return nil }
            return PolicyTester.Holder(
                role: role, key: self.role(of: user), name: name,
                tags: user.tags.map { "\($0.name):\($0.value.value)" }.sorted(),
                refusal: refusals[name])
        case .holder(let role, let name, let tags):
            guard let composed = composedRole(role) else { return nil }
            return PolicyTester.Holder(
                role: composed, key: self.role(role, heldBy: name, tags: tags), name: name,
                tags: tags.map { "\($0):\($1)" }.sorted())
        case nil: return nil
        }
    }
}

/// An answer, why it is so, and where that stands.
struct PolicyVerdict {
    let isAllowed: Bool
    let reason: String
    var sources: [PolicyPosition] = []
    /// What the decision function was asked, in order.
    var questions: [Question] = []
    /// Whom it is about, where that is somebody who came in.
    var principal: Principal?

    struct Question {
        let action: Action
        let subject: String
        var queue: String?
        /// Whether the subject is where an answer should come to.
        var isReply = false
        let decision: Decision
        /// What the server that is asked about does otherwise; nil where it decides as the broker does.
        var difference: ServerAnswers.Difference?

        var isAllowed: Bool { difference == nil ? decision.isAllowed : !decision.isAllowed }
    }
}

extension RolePolicy {
    /// An address that the role's holders may come from.
    fileprivate var somewhere: NetworkAddress? {
        guard let network = networks.first?.value else { return NetworkAddress("127.0.0.1") }
        return NetworkAddress(String(network.prefix { $0 != "/" }))
    }

    fileprivate var someConnection: ConnectionType {
        kindsOfConnections.first.flatMap { ConnectionType(rawValue: $0.value) } ?? .standard
    }

    /// A time of day at which they may: a second after the first hours begin.
    fileprivate var sometime: Int? {
        guard let start = hours?.ranges.first?.start else { return 0 }
        return TimeOfDayText.seconds(start).map { ($0 + 1) % 86_400 }
    }
}
