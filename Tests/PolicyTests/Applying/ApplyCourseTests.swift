import Claims
import Foundation
import TestSupport
import Testing

@testable import Policy

/// What messages do at each moment of the way from some accounts' claims to others, on each server that has some accounts
/// already and some not yet.
@Suite struct ApplyCourseTests {
    private static func account(
        _ key: String, exports: [Export] = [], imports: [Import] = [], mappings: [String: String] = [:],
        publish: [String] = [], subscribe: [String] = [], answers: Bool = false
    ) -> AccountClaims {
        var claims = AccountClaims(subject: key, name: key)
        (claims.exports, claims.imports) = (exports, imports)
        for (source, target) in mappings { claims.mappings[source] = [WeightedMapping(subject: target, weight: 100)] }
        var role = RandomAccounts.role("\(key)-r", "r", publish: publish, subscribe: subscribe)
        if answers { role.template.permissions.response = ResponsePermission(maxMessages: 1, expires: 0) }
        claims.setSigningKey(.scope(role))
        return claims
    }

    private static func service(_ subject: String) -> Export { Export(subject: subject, type: .service) }

    private static func service(_ subject: String, from: String, as local: String = "") -> Import {
        Import(subject: subject, account: from, localSubject: local, type: .service)
    }

    private static func course(
        _ old: [AccountClaims], _ new: [AccountClaims], _ replies: OwnReplies = OwnReplies()
    ) -> ApplyCourse {
        func byKey(_ claims: [AccountClaims]) -> [String: AccountClaims] {
            Dictionary(claims.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
        }
        return ApplyCourse(from: byKey(old), to: byKey(new), replies)
    }

    @Test func `A mapping comes after the import that would lead to it, and goes before another one comes`() {
        let with = [
            Self.account("A", exports: [Self.service("s")]),
            Self.account("B", imports: [Self.service("s", from: "A")], publish: ["s"]),
        ]
        let without = [
            Self.account("A", exports: [Self.service("s")], mappings: ["s": "danger"]),
            Self.account("B", publish: ["s"]),
        ]
        let there = Self.course(with, without)
        #expect(there.waves == [["B"], ["A"]] && there.faults.isEmpty)
        #expect(there.claims(of: "B", after: .switch)?.imports.isEmpty == true)
        #expect(Self.course(without, with).waves == [["A"], ["B"]])
    }

    @Test func `An import of what an account passes on comes after that has stopped`() {
        let middle = Self.account("B", exports: [Self.service("b")], publish: ["b"])
        var passing = middle
        passing.imports = [Self.service("s", from: "A", as: "b")]
        let end = Self.account("A", exports: [Self.service("s")])
        let (outside, inside) = (
            Self.account("C", publish: ["b"]),
            Self.account("C", imports: [Self.service("b", from: "B")], publish: ["b"])
        )
        let course = Self.course([end, passing, outside], [end, middle, inside])
        #expect(course.waves == [["A", "B"], ["C"]] && course.faults.isEmpty)
    }

    @Test func `A right goes before a mapping comes that would lead it elsewhere`() {
        func accounts(_ publish: [String], _ mappings: [String: String]) -> [AccountClaims] {
            [
                Self.account("B", imports: [Self.service("s", from: "C")], publish: publish),
                Self.account("C", exports: [Self.service("s")], mappings: mappings),
            ]
        }
        let (allowed, mapped) = (accounts(["s", "x"], [:]), accounts(["x"], ["s": "danger"]))
        #expect(Self.course(allowed, mapped).waves == [["B"], ["C"]])
        #expect(Self.course(mapped, allowed).waves == [["C"], ["B"]])
    }

    @Test func `Accounts that have nothing to do with each other are switched together`() {
        func accounts(_ word: String, _ imports: [Import]) -> [AccountClaims] {
            [
                Self.account("A", exports: [Self.service("s")], mappings: ["m": word], publish: [word]),
                Self.account("B", imports: imports, publish: [word]),
            ]
        }
        let course = Self.course(accounts("x", []), accounts("y", [Self.service("s", from: "A")]))
        #expect(course.waves == [["A", "B"]] && course.faults.isEmpty)
    }

    @Test func `Where each has something that comes and would meet what goes in the other, both are switched in parts`()
    {
        // Each has an import of the other that goes, and a mapping that comes.
        func accounts(_ imports: Bool, _ mappings: [String: String]) -> [AccountClaims] {
            [("A", "B"), ("B", "A")].map { own, other in
                Self.account(
                    own, exports: [Self.service("of.\(own)")],
                    imports: imports ? [Self.service("of.\(other)", from: other)] : [], mappings: mappings,
                    publish: ["of.\(other)"])
            }
        }
        let course = Self.course(accounts(true, [:]), accounts(false, ["of.A": "danger", "of.B": "danger"]))
        #expect(course.faults.isEmpty && course.waves == [["A", "B"], ["A", "B"]])
        for key in ["A", "B"] {
            let (between, end) = (course.claims(of: key, in: 0), course.claims(of: key, in: 1))
            #expect(between?.imports.isEmpty == true && between?.mappings.isEmpty == true)
            #expect(end == course.claims(of: key, after: .switch) && end?.mappings.isEmpty == false)
        }
    }

    @Test func `What meets in whatever order is refused`() {
        // A right and a mapping go, where a mapping and a right come that they would meet.
        func accounts(_ word: String, _ mapped: String) -> [AccountClaims] {
            [
                Self.account("A", imports: ["x", "y"].map { Self.service($0, from: "B") }, publish: [word]),
                Self.account("B", exports: ["x", "y"].map { Self.service($0) }, mappings: [mapped: "danger"]),
            ]
        }
        let course = Self.course(accounts("x", "y"), accounts("y", "x"))
        #expect(course.faults.map(\.kind) == [.mixed])
        #expect(course.faults.first?.subject == "danger" && course.faults.first?.role == "r")
    }

    // MARK: Answers

    @Test func `A request by an import that goes is not answered to where one that comes leads`() {
        func accounts(_ item: Import) -> [AccountClaims] {
            [
                Self.account("A", exports: [Self.service("s")], subscribe: ["s"], answers: true),
                Self.account("B", imports: [item], publish: ["s"], subscribe: ["inbox"]),
                Self.account("C", exports: [Self.service("danger")], subscribe: ["danger"]),
            ]
        }
        let (asking, passing) = (Self.service("s", from: "A"), Self.service("danger", from: "C", as: "inbox"))
        let replies = OwnReplies(old: ["B-r"], new: ["B-r"])
        let course = Self.course(accounts(asking), accounts(passing), replies)
        #expect(course.faults.isEmpty && course.claims(of: "B", after: .switch)?.imports.map(\.account) == ["C"])
    }

    @Test func `Whoever may ask no more does not before somebody comes who answers`() {
        func accounts(_ isAsking: Bool) -> [AccountClaims] {
            [
                Self.account(
                    "A", exports: [Self.service("s")], subscribe: [isAsking ? "x" : "s"], answers: true),
                Self.account(
                    "B", imports: [Self.service("s", from: "A")], publish: [isAsking ? "s" : "x"], subscribe: ["inbox"]
                ),
            ]
        }
        let (asking, answering) = (accounts(true), accounts(false))
        #expect(Self.course(asking, answering).waves == [["B"], ["A"]])
        #expect(Self.course(answering, asking).waves == [["A"], ["B"]])
    }

    @Test func `Answers may go anywhere when everything else is done`() {
        func course(_ replies: OwnReplies) -> ApplyCourse {
            let accounts = [Self.account("A", publish: ["s"], subscribe: ["inbox"])]
            return Self.course(accounts, accounts, replies)
        }
        #expect(course(OwnReplies(old: ["A-r"])).waves(of: .narrow) == [["A"], ["A"]])
        #expect(course(OwnReplies(new: ["A-r"])).waves(of: .narrow) == [["A"]])
        #expect(course(OwnReplies(old: ["of another"])).waves(of: .narrow) == [["A"]])
    }

    // MARK: All moments

    /// CHANCERY_TEST_COURSES=n draws n of them.
    private static let surroundings = ProcessInfo.processInfo.environment
    private static let courses =
        surroundings["CHANCERY_TEST_COURSES"].flatMap { Int($0) }
        ?? (surroundings["CHANCERY_PROVE"] == nil ? 150 : 3_000)

    @Test func `At each moment of random courses messages get where both sides or either lets them`() {
        var random = SeededGenerator.announced("random courses")
        var (refused, ordered, parted) = (0, 0, 0)
        for number in 0..<Self.courses {
            let (old, new) = (RandomAccounts.make(&random), RandomAccounts.make(&random))
            let replies = OwnReplies(old: RandomAccounts.ownReplies(&random), new: RandomAccounts.ownReplies(&random))
            let course = ApplyCourse(from: old, to: new, replies)
            guard course.faults.isEmpty else {
                refused += 1
                continue
            }
            let waves = course.waves
            if waves.count > 1 { ordered += 1 }
            if Set(waves.joined()).count < waves.joined().count { parted += 1 }
            let judge = MomentJudge(
                Moment(claims: old, ownReplies: replies.old), Moment(claims: new, ownReplies: replies.new))
            for moment in Self.moments(course, old, replies) {
                let (excess, missing) = judge.faults(moment)
                #expect(
                    excess.isEmpty, "course \(number), \(moment.name): \(waves), \(excess.sorted().prefix(3))")
                #expect(
                    missing.isEmpty || !moment.isWhole,
                    "course \(number), \(moment.name): \(waves), \(missing.sorted().prefix(3))")
            }
        }
        print(
            "random courses: \(refused) of \(Self.courses) refused, \(ordered) in an order, \(parted) in parts")
        #expect(refused < Self.courses / 2)
        #expect(ordered > Self.courses / 100)
    }

    /// Every server's view: of the accounts that a step changes each may be there already, or not yet.
    private static func moments(
        _ course: ApplyCourse, _ old: [String: AccountClaims], _ replies: OwnReplies
    ) -> [Moment] {
        var moments: [Moment] = []
        var present = Moment(claims: old, ownReplies: replies.old)
        for step in ApplyStep.allCases {
            for (number, wave) in (step == .switch ? course.waves : [old.keys.sorted()]).enumerated() {
                let changing = wave.filter { key in
                    var moment = present
                    moment.change(key, course, step, wave: number, old[key], replies)
                    return moment.claims != present.claims || moment.ownReplies != present.ownReplies
                }
                for choice in 1..<(1 << changing.count) {
                    var moment = present
                    for (index, key) in changing.enumerated() where choice & (1 << index) != 0 {
                        moment.change(key, course, step, wave: number, old[key], replies)
                    }
                    moment.isWhole = choice == (1 << changing.count) - 1
                    moment.name = "\(step), \(number), \(changing) by \(choice)"
                    moments.append(moment)
                    if moment.isWhole { present = moment }
                }
            }
        }
        present.ownReplies = replies.new
        return moments + [present]
    }
}
