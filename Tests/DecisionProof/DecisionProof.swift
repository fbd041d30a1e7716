public import Authorization
import Claims
import Oracle
public import TestSupport

/// Decisions of compiled programs against the oracle: random rule sets, users, subjects, patterns and groups. Not only
/// the outcome is compared, but also whether the rule that is named is one that explains it.
public struct DecisionProof {
    /// What was asked and how it came out.
    public struct Tally: Sendable {
        public var ruleSets = 0
        /// Fingerprints of the rule sets, to count those that differ.
        public var fingerprints: Set<Int> = []
        /// Questions that the algebra was asked too.
        public var algebra = 0
        public var decisions = 0
        /// Users that the oracle and the program agree not to let in.
        public var refusedUsers = 0
        /// Subjects and patterns made from a rule.
        public var mutated = 0
        public var outcomes: [String: Int] = [:]
        /// The first differences, in words.
        public var differences: [String] = []
        public var differenceCount = 0

        public init() {}

        mutating func add(_ outcome: String) {
            decisions += 1
            outcomes[outcome, default: 0] += 1
        }

        mutating func differ(_ text: @autoclosure () -> String) {
            differenceCount += 1
            if differences.count < 10 { differences.append(text()) }
        }

        public mutating func add(_ other: Tally) {
            ruleSets += other.ruleSets
            fingerprints.formUnion(other.fingerprints)
            algebra += other.algebra
            decisions += other.decisions
            refusedUsers += other.refusedUsers
            mutated += other.mutated
            for (outcome, count) in other.outcomes { outcomes[outcome, default: 0] += count }
            differences = Array((differences + other.differences).prefix(10))
            differenceCount += other.differenceCount
        }

        /// Shares of the outcomes, in tenths of a per cent.
        public func share(_ outcome: String) -> Int {
            decisions == 0 ? 0 : outcomes[outcome, default: 0] * 1000 / decisions
        }
    }

    /// The outcomes that have to be a twentieth of all each.
    public static let outcomes = [
        "allowed by allow", "refused by deny", "refused by no allow", "refused by queue", "allowed by response credit",
    ]

    private static let subjectsPerSet = 50

    private var generator: RuleSetGenerator
    public private(set) var tally = Tally()

    public init(seed: UInt64) {
        generator = RuleSetGenerator(random: SeededGenerator(seed: seed))
    }

    /// Compares until there were as many decisions and as many rule sets, all of them different.
    public mutating func run(decisions: Int, ruleSets: Int) {
        while tally.decisions < decisions || tally.fingerprints.count < ruleSets { runOne() }
        tally.mutated = generator.nearRules
    }

    private mutating func runOne() {
        let set = generator.ruleSet()
        let permissions = Self.compile(set)
        guard let rules = set.role.filled(for: set.user), let permissions else {
            let isSame = (set.role.filled(for: set.user) == nil) == (permissions == nil)
            if !isSame { tally.differ("\(set.role) for \(set.user): let in by one only") }
            tally.refusedUsers += 1
            return
        }
        tally.ruleSets += 1
        tally.fingerprints.insert(Self.fingerprint(set))
        var asking = Asking(set: set, rules: rules, permissions: permissions)
        for _ in 0..<Self.subjectsPerSet { asking.ask(&generator, &tally) }
    }

    private static func fingerprint(_ set: RuleSetGenerator.RuleSet) -> Int {
        var hasher = Hasher()
        let role = set.role
        for list in [role.publishAllow, role.publishDeny, role.subscribeAllow, role.subscribeDeny] {
            hasher.combine(list)
        }
        hasher.combine(role.mayRespond)
        if (role.publishAllow + role.publishDeny + role.subscribeAllow + role.subscribeDeny).contains(where: {
            $0.contains("{{")
        }) {
            hasher.combine(set.user.name)
            hasher.combine(set.user.tags)
        }
        return hasher.finalize()
    }

    private static func compile(_ set: RuleSetGenerator.RuleSet) -> EffectivePermissions? {
        let role = set.role
        let permissions = Permissions(
            publish: Permission(allow: role.publishAllow, deny: role.publishDeny),
            subscribe: Permission(allow: role.subscribeAllow, deny: role.subscribeDeny),
            response: role.mayRespond ? ResponsePermission(maxMessages: 1, expires: 0) : nil)
        var values = PermissionTemplate.Values()
        values.name = set.user.name
        values.subject = set.user.subject
        values.tags = set.user.tags
        values.accountName = set.user.accountName
        values.accountSubject = set.user.accountSubject
        values.accountTags = set.user.accountTags
        guard let program = try? PermissionProgram(permissions, account: values, replies: .own) else { return nil }
        return try? EffectivePermissions(program, user: values)
    }
}

/// Questions about one rule set.
private struct Asking {
    let set: RuleSetGenerator.RuleSet
    let rules: OracleRules
    let permissions: EffectivePermissions
    private let near: [OracleRule]
    private let sets: RoleSets
    private var questions = 0
    private var world: OracleWorld?

    init(set: RuleSetGenerator.RuleSet, rules: OracleRules, permissions: EffectivePermissions) {
        self.set = set
        self.rules = rules
        self.permissions = permissions
        sets = RoleSets(rules)
        near = rules.publishAllow + rules.publishDeny + rules.subscribeAllow + rules.subscribeDeny
    }

    mutating func ask(_ generator: inout RuleSetGenerator, _ tally: inout DecisionProof.Tally) {
        switch generator.question(set) {
        case .publish: publish(generator.subject(set, near: near), hasCredit: false, &tally)
        case .answer: publish(generator.subject(set, near: near), hasCredit: true, &tally)
        case .subscribe: subscribe(generator.pattern(set, near: near), generator.group(), &tally)
        case .deliver: deliver(generator.subject(set, near: near), generator.group(), &tally)
        case .reply: reply(generator.subject(set, near: near), &tally)
        }
    }

    private mutating func publish(_ subject: [[UInt8]], hasCredit: Bool, _ tally: inout DecisionProof.Tally) {
        let text = Array(subject.joined(separator: ".".utf8))
        let decision = permissions.decide(hasCredit ? .respond : .publish, subject: text.span)
        compare(decision, rules.publish(subject, hasCredit: hasCredit), &tally) { "publish \(Self.shown(text))" }
        guard isForAlgebra(), !hasCredit, RoleSets.isSubject(subject) else { return }
        tally.algebra += 1
        let verdict = try? sets.mayPublish(text)
        if verdict?.set != decision.isAllowed || verdict?.union != decision.isAllowed {
            tally.differ("algebra: publish \(Self.shown(text)): \(String(describing: verdict)) for \(set.role)")
        }
    }

    private mutating func subscribe(
        _ pattern: [[UInt8]], _ group: String?, _ tally: inout DecisionProof.Tally
    ) {
        let text = Array(pattern.joined(separator: ".".utf8))
        let decision = permissions.decide(.subscribe, subject: text.span, queue: group.map { Array($0.utf8) })
        let tokens = group.map { OracleRules.tokens(Array($0.utf8)) }
        let verdict = rules.subscribe(pattern, tokens, in: worldWithLiterals())
        compare(decision, verdict, &tally) { "subscribe \(Self.shown(text)) queue \(group ?? "-")" }
        guard isForAlgebra() else { return }
        tally.algebra += 1
        let maySubscribe = try? sets.maySubscribe(text, tokens)
        if maySubscribe != decision.isAllowed {
            tally.differ("algebra: subscribe \(Self.shown(text)) queue \(group ?? "-") for \(set.role)")
        }
    }

    /// One question in eight: the algebra's answers take longer.
    private mutating func isForAlgebra() -> Bool {
        questions += 1
        return questions % 8 == 0
    }

    private func deliver(_ subject: [[UInt8]], _ group: String?, _ tally: inout DecisionProof.Tally) {
        let text = Array(subject.joined(separator: ".".utf8))
        let queue = group.map { Array($0.utf8) }
        let decision = permissions.decide(.deliver, subject: text.span, queue: queue)
        let denials = rules.denials(subject, queue.map(OracleRules.tokens))
        compare(decision, denials.isEmpty ? .unrestricted : .denied(denials), &tally) {
            "deliver \(Self.shown(text)) queue \(group ?? "-")"
        }
        // A subscription that could take the subject has to be filtered, however wide it is.
        guard !decision.isAllowed else { return }
        for pattern in Self.patterns(around: subject)
        where !permissions.needsDeliveryFilter(pattern.span, queue: queue) {
            tally.differ("no filter for \(Self.shown(pattern)) with \(Self.shown(text)) denied: \(set.role)")
        }
    }

    /// Patterns that have a subject, wider and wider.
    private static func patterns(around subject: [[UInt8]]) -> [[UInt8]] {
        let (star, tail) = ([UInt8(ascii: "*")], [UInt8(ascii: ">")])
        guard RoleSets.isSubject(subject) else { return [tail] }
        var patterns = [subject, [tail], subject.map { _ in star }]
        for place in subject.indices {
            var tokens = subject
            tokens[place] = star
            patterns.append(tokens)
            if place > 0 { patterns.append(subject[..<place] + [tail]) }
        }
        return patterns.map { Array($0.joined(separator: ".".utf8)) }
    }

    /// What could be taken for a pattern is judged as one: the sender has to be allowed to subscribe to it.
    private mutating func reply(_ subject: [[UInt8]], _ tally: inout DecisionProof.Tally) {
        let text = Array(subject.joined(separator: ".".utf8))
        let isAllowed: Bool
        if RoleSets.isSubject(subject) {
            isAllowed = rules.isInSet(subject, nil) && rules.denials(subject, nil).isEmpty
        } else if subject.contains([]) || subject.dropLast().contains([UInt8(ascii: ">")]) {
            isAllowed = false
        } else {
            isAllowed = rules.subscribe(subject, nil, in: worldWithLiterals()).isAllowed
        }
        let decision = permissions.decide(reply: text.span)
        tally.add("reply")
        if decision.isAllowed != isAllowed { tally.differ("reply \(Self.shown(text)): \(set.role)") }
    }

    /// All subjects of the literals that rules, values and questions are made of.
    private mutating func worldWithLiterals() -> OracleWorld {
        if let world { return world }
        var tokens = Set(set.tokens.map { Array($0.utf8) })
        tokens.insert(Array("fresh".utf8))
        tokens.insert(Array("nobody".utf8))
        for rule in near where rule.tokens.count <= set.depth {
            for token in rule.tokens where token != [UInt8(ascii: "*")] && token != [UInt8(ascii: ">")] {
                tokens.insert(token)
            }
        }
        let sorted = tokens.sorted { $0.lexicographicallyPrecedes($1) }
        let made = OracleWorld(rules, tokens: sorted, depth: set.depth + 1)
        world = made
        return made
    }

    // MARK: Comparing

    private func compare(
        _ decision: Decision, _ verdict: OracleRules.Verdict, _ tally: inout DecisionProof.Tally,
        _ question: () -> String
    ) {
        tally.add(Self.name(verdict))
        guard decision.isAllowed == verdict.isAllowed, isExplained(decision.rule, by: verdict) else {
            tally.differ("\(question()): \(decision), not \(verdict), for \(set.user) of \(set.role)")
            return
        }
    }

    /// Whether the rule named is one that the verdict rests on.
    private func isExplained(_ rule: Rule, by verdict: OracleRules.Verdict) -> Bool {
        switch verdict {
        case .unrestricted: rule.effect == .unrestricted
        case .allowed(let entries): rule.effect == .allow && entries.contains(Int(rule.entry))
        case .denied(let entries): rule.effect == .deny && entries.contains(Int(rule.entry))
        case .byCredit: rule.effect == .reply
        case .noAllow: rule.effect == .noAllow
        case .otherGroup(let entries): rule.effect == .queue && entries.contains(Int(rule.entry))
        }
    }

    private static func name(_ verdict: OracleRules.Verdict) -> String {
        switch verdict {
        case .unrestricted: "unrestricted"
        case .allowed: "allowed by allow"
        case .denied: "refused by deny"
        case .noAllow: "refused by no allow"
        case .otherGroup: "refused by queue"
        case .byCredit: "allowed by response credit"
        }
    }

    private static func shown(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self) }
}
