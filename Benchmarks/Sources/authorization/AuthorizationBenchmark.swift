import Authorization
import CAllocations
import Claims
import Glibc
import NKeys
import Stopwatch

/// Measures permission programs: what a decision costs as rules grow, whether it allocates, what compiling costs, what
/// hostile rules cost, and what principals hold.
///
/// `authorization [--quick]` prints the table. All ratios are of one run.
@main
enum AuthorizationBenchmark {
    static func main() throws {
        let isQuick = CommandLine.arguments.contains("--quick")
        let rounds = isQuick ? 5 : 31
        reportHeading("permissions")
        try decisions(rounds)
        try allocations()
        try compiling()
        try hostileRules()
        try principals(isQuick ? 5_000 : 100_000)
    }

    /// Rules that begin with literals, as people write them: a device of a site, and what it sends.
    private static func rules(_ count: Int) -> [String] {
        (0..<count).map { "plant.device\($0).telemetry.*" }
    }

    private static func compile(_ allow: [String], deny: [String] = ["plant.*.secret.>"]) throws -> EffectivePermissions
    {
        let permissions = Permissions(
            publish: Permission(allow: allow, deny: deny), subscribe: Permission(allow: allow, deny: deny))
        return try EffectivePermissions(PermissionProgram(permissions))
    }

    /// A thousand hot subjects, spread over all the rules there are.
    private static func subjects(_ rules: Int) -> [[UInt8]] {
        (0..<1000).map { Array("plant.device\($0 * rules / 1000).telemetry.t\($0)".utf8) }
    }

    // MARK: Speed

    private static func decide(_ permissions: EffectivePermissions, _ subjects: [[UInt8]]) {
        var allowed = 0
        for subject in subjects where permissions.decide(.publish, subject: subject.span).isAllowed { allowed += 1 }
        precondition(allowed == subjects.count)
    }

    private static func decisions(_ rounds: Int) throws {
        let (few, many) = (try compile(rules(10)), try compile(rules(10_000)))
        let (fewSubjects, manySubjects) = (subjects(10), subjects(10_000))
        let byRules = Stopwatch.compare(rounds: rounds, count: 20_000) {
            for _ in 0..<20 { decide(many, manySubjects) }
        } _: {
            for _ in 0..<20 { decide(few, fewSubjects) }
        }
        report(
            "publish, 10,000 rules (\(number(byRules.one, " ns"))) to 10 rules (\(number(byRules.other, " ns")))",
            number(byRules.ratio, " x"), "<= 1.3 x")

        var dictionary: [[UInt8]: Int] = [:]
        for (place, subject) in manySubjects.enumerated() { dictionary[subject] = place }
        let byDictionary = Stopwatch.compare(rounds: rounds, count: 20_000) {
            for _ in 0..<20 { decide(many, manySubjects) }
        } _: {
            var sum = 0
            for _ in 0..<20 { for subject in manySubjects { sum &+= dictionary[subject] ?? 0 } }
            precondition(sum > 0)
        }
        report(
            "publish, 10,000 rules, to a look-up of the subject (\(number(byDictionary.other, " ns")))",
            number(byDictionary.ratio, " x"), "<= 4 x")
    }

    // MARK: Memory of decisions

    private static func allocations() throws {
        var template = PermissionTemplate.Values()
        template.name = "device7"
        template.tags = ["plant:berlin", "plant:munich"]
        let permissions = Permissions(
            publish: Permission(
                allow: rules(1000) + ["plant.{{name()}}.>", "{{tag(plant)}}.x"], deny: ["plant.*.secret"]),
            subscribe: Permission(allow: ["plant.>", "jobs.> w"], deny: ["*.*.secret", "plant.x q"]))
        let principal = try EffectivePermissions(
            PermissionProgram(permissions, account: template, replies: .own), user: template)
        let texts = [
            "plant.device7.a", "munich.x", "plant.device5.telemetry.t", "a.b", "plant.q.secret", "plant.>", ">",
        ]
        .map { Array($0.utf8) }
        let (queue, inGroup) = (Array("w".utf8), Array("jobs.1.x".utf8))
        let before = allocation_count()
        var decided = 0
        for number in 0..<100_000 / 6 {
            let subject = texts[number % texts.count]
            decided += principal.decide(.publish, subject: subject.span).isAllowed ? 1 : 0
            decided += principal.decide(.respond, subject: subject.span).isAllowed ? 1 : 0
            decided += principal.decide(.deliver, subject: subject.span, queue: queue).isAllowed ? 1 : 0
            decided += principal.decide(.subscribe, subject: subject.span).isAllowed ? 1 : 0
            decided += principal.decide(.subscribe, subject: inGroup.span, queue: queue).isAllowed ? 1 : 0
            decided += principal.decide(reply: subject.span).isAllowed ? 1 : 0
        }
        let made = allocation_count() - before
        precondition(decided > 0)
        report("allocations in 100,000 decisions of all kinds", "\(made)", "0")
    }

    // MARK: Compiling

    private static func compiling() throws {
        let list = rules(10_000)
        let start = Stopwatch.seconds
        let program = try PermissionProgram(Permissions(publish: Permission(allow: list), subscribe: Permission()))
        report(
            "10,000 rules compiled", number((Stopwatch.seconds - start) * 1e3, " ms"), "<= 200 ms")
        precondition(program.maximumSteps < 16)
    }

    /// As many ways of writing `a` and `*` as the bound on steps lets through, and a subject that agrees with all of them
    /// up to its last token.
    private static func hostileRules() throws {
        let tokens = 10
        let rules = (0..<(1 << tokens)).map { bits in
            (0..<tokens).map { bits >> $0 & 1 == 0 ? "a" : "*" }.joined(separator: ".") + ".z"
        }
        var start = Stopwatch.seconds
        let permissions = try compile(rules, deny: [])
        let compiling = (Stopwatch.seconds - start) * 1e3
        let subject = Array((0..<tokens).map { _ in "a" }.joined(separator: ".").utf8) + Array(".y".utf8)
        let worst = Stopwatch.nanoseconds(1000) {
            for _ in 0..<1000 { precondition(!permissions.decide(.publish, subject: subject.span).isAllowed) }
        }
        report("\(rules.count) hostile rules compiled", number(compiling, " ms"), "bounded")
        report(
            "worst decision under them, \(permissions.program.maximumSteps) steps", number(worst / 1000, " us"),
            "stated")

        start = Stopwatch.seconds
        let wide = (0..<(1 << 14)).map { bits in
            (0..<14).map { bits >> $0 & 1 == 0 ? "a" : "*" }.joined(separator: ".") + ".z"
        }
        let isRefused = (try? compile(wide, deny: [])) == nil
        precondition(isRefused)
        report("\(wide.count) hostile rules refused after", number((Stopwatch.seconds - start) * 1e3, " ms"), "bounded")
    }

    // MARK: Principals

    private static func principals(_ count: Int) throws {
        let world = try Realm(roles: 50)
        let tokens = try (0..<count).map { try world.token($0) }
        var principals: [Principal] = []
        principals.reserveCapacity(count)
        // Whatever is made once is made before.
        let first = try world.admit(world.token(count))
        let before = allocated_bytes()
        for token in tokens { principals.append(try world.admit(token)) }
        let total = allocated_bytes() - before
        let values = (0..<count).reduce(0) { $0 + world.valueSize(tokens[$1], $1) }
        let programs = Set(principals.map { ObjectIdentifier($0.program) }).count
        report("\(count) principals of 50 roles: programs", "\(programs)", "<= 50")
        report(
            "bytes each (\(total / count) with their keys, names, tags and jti)", "\((total - values) / count)",
            "<= 200")
        precondition(first.program === principals[0].program || programs > 1)
    }
}

/// An account with roles whose users sign in with bearers' JWTs.
private struct Realm {
    private let operatorKey = KeyPair.generate(.operator)
    private let accountKey = KeyPair.generate(.account)
    private let signers: [KeyPair]
    private let account: ResolvedAccount
    private let trust: Trust
    private let moment = Moment(seconds: 1_800_000_000) { _ in 0 }

    init(roles: Int) throws {
        signers = (0..<roles).map { _ in KeyPair.generate(.account) }
        var claims = AccountClaims(subject: accountKey.publicKey.text, name: "BENCH")
        for (number, signer) in signers.enumerated() {
            var template = UserPermissionLimits()
            template.bearerToken = true
            template.permissions.publish.allow = (0..<20).map { "plant.{{tag(plant)}}.role\(number).rule\($0).>" }
            template.permissions.subscribe.allow = ["plant.{{tag(plant)}}.cmd.{{name()}}", "_INBOX.{{name()}}.>"]
            claims.setSigningKey(
                .scope(UserScope(key: signer.publicKey.text, role: "role\(number)", template: template)))
        }
        account = try ResolvedAccount(token: claims.encode(signedBy: operatorKey, at: 1))
        trust = Trust(operators: [OperatorClaims(subject: operatorKey.publicKey.text)])
    }

    private static let tag = "plant:berlin"

    private func name(_ number: Int) -> String { "press-\(number)" }

    func token(_ number: Int) throws -> String {
        var user = UserClaims(
            subject: KeyPair.generate(.user).publicKey.text, name: name(number), limits: .scoped)
        user.issuerAccount = accountKey.publicKey.text
        user.tags = [Self.tag]
        return try user.encode(signedBy: signers[number % signers.count], at: 2)
    }

    func admit(_ token: String) throws -> Principal {
        var admission = Admission(
            PresentedCredentials(token: token), facts: ConnectionFacts(address: nil, nonce: []), trust: trust)
        guard case .needs(.account) = admission.start(at: moment),
            case .admitted(let principal) = admission.resume(account: account, at: moment)
        else { throw NotAdmitted() }
        return principal
    }

    /// The bytes of what a JWT brings along and the principal keeps: the user's key, the JWT's version, its `jti`, the
    /// name and the tag, and the two values that fill the role's templates.
    func valueSize(_ token: String, _ number: Int) -> Int {
        32 + 32 + 52 + name(number).utf8.count + Self.tag.utf8.count + name(number).utf8.count + "berlin".utf8.count
    }
}

private struct NotAdmitted: Error {}
