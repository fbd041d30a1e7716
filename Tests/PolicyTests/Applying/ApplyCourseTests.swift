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
        publish: [String] = [], subscribe: [String] = []
    ) -> AccountClaims {
        var claims = AccountClaims(subject: key, name: key)
        (claims.exports, claims.imports) = (exports, imports)
        for (source, target) in mappings { claims.mappings[source] = [WeightedMapping(subject: target, weight: 100)] }
        claims.setSigningKey(.scope(RandomAccounts.role("\(key)-r", "r", publish: publish, subscribe: subscribe)))
        return claims
    }

    private static func service(_ subject: String) -> Export { Export(subject: subject, type: .service) }

    private static func service(_ subject: String, from: String, as local: String = "") -> Import {
        Import(subject: subject, account: from, localSubject: local, type: .service)
    }

    private static func course(_ old: [AccountClaims], _ new: [AccountClaims]) -> ApplyCourse {
        func byKey(_ claims: [AccountClaims]) -> [String: AccountClaims] {
            Dictionary(claims.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
        }
        return ApplyCourse(from: byKey(old), to: byKey(new))
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

    @Test func `What meets in whatever order is refused`() {
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
        #expect(course.faults.map(\.kind) == [.mixed])
        #expect(course.faults.first?.subject == "danger" && course.faults.first?.role == "r")
    }

    // MARK: All moments

    /// CHANCERY_TEST_COURSES=n draws n of them.
    private static let surroundings = ProcessInfo.processInfo.environment
    private static let courses =
        surroundings["CHANCERY_TEST_COURSES"].flatMap { Int($0) }
        ?? (surroundings["CHANCERY_PROVE"] == nil ? 150 : 3_000)

    @Test func `At each moment of random courses messages get where both sides or either lets them`() {
        var random = SeededGenerator.announced("random courses")
        var (refused, ordered) = (0, 0)
        for number in 0..<Self.courses {
            let (old, new) = (RandomAccounts.make(&random), RandomAccounts.make(&random))
            let course = ApplyCourse(from: old, to: new)
            guard course.faults.isEmpty else {
                refused += 1
                continue
            }
            if course.waves.count > 1 { ordered += 1 }
            let (before, after) = (MessageWalk.reached(old), MessageWalk.reached(new))
            for moment in Self.moments(course, old) {
                let now = MessageWalk.reached(moment.claims)
                let (excess, missing) = (
                    now.subtracting(before).subtracting(after), before.intersection(after).subtracting(now)
                )
                #expect(excess.isEmpty, "course \(number), \(moment.name): \(course.waves)")
                #expect(missing.isEmpty || !moment.isWhole, "course \(number), \(moment.name): \(course.waves)")
            }
        }
        print("random courses: \(refused) of \(Self.courses) refused, \(ordered) in an order")
        #expect(refused < Self.courses / 2)
        #expect(ordered > Self.courses / 100)
    }

    private struct Moment {
        let name: String
        let claims: [String: AccountClaims]
        /// Whether a step or a wave is done.
        let isWhole: Bool
    }

    /// Every server's view: of the accounts that a step changes each may be there already, or not yet.
    private static func moments(_ course: ApplyCourse, _ old: [String: AccountClaims]) -> [Moment] {
        var moments: [Moment] = []
        var present = old
        for step in ApplyStep.allCases {
            for (number, wave) in (step == .switch ? course.waves : [old.keys.sorted()]).enumerated() {
                for choice in 0..<(1 << wave.count) {
                    var claims = present
                    for (index, key) in wave.enumerated() where choice & (1 << index) != 0 {
                        claims[key] = course.claims(of: key, after: step)
                    }
                    // Nobody has anything of a new key before its account is switched.
                    if step < .switch { for key in wave { claims[key]?.forgetKeys(besides: old[key]) } }
                    let isWhole = choice == (1 << wave.count) - 1
                    moments.append(Moment(name: "\(step), \(number), \(choice)", claims: claims, isWhole: isWhole))
                }
                for key in wave {
                    present[key] = course.claims(of: key, after: step)
                    if step < .switch { present[key]?.forgetKeys(besides: old[key]) }
                }
            }
        }
        return moments
    }
}

extension AccountClaims {
    fileprivate mutating func forgetKeys(besides old: AccountClaims?) {
        for entry in signingKeys where old?.signingKey(entry.key) == nil { removeSigningKey(entry.key) }
    }
}
