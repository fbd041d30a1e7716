import TestSupport
import Testing

@testable import Claims

@Suite("Overlaps among thousands of subjects")
struct SubjectIndexTests {
    /// Subjects from few tokens, so that many contain each other.
    private static func subjects(_ random: inout SeededGenerator) -> [String] {
        let tokens = ["a", "b", "*", "*", ">", "", "$1"]
        return (0..<Int.random(in: 0...40, using: &random)).map { _ in
            (0..<Int.random(in: 1...4, using: &random)).map { _ in tokens.randomElement(using: &random) ?? "a" }
                .joined(separator: ".")
        }
    }

    /// Each subject that contains another one, with the first such, by the order of the subjects.
    private static func exportIssues(_ subjects: [String]) -> [String] {
        var first: [String: String] = [:]
        for (place, subject) in subjects.enumerated() where first[subject] == nil {
            first[subject] = subjects.indices.first {
                $0 != place && SubjectRules.isContained(subjects[$0], in: subject)
            }.map { subjects[$0] }
        }
        return first.sorted { $0.key < $1.key }.map {
            "service export subject \(quoted($0.key)) already exports \(quoted($0.value))"
        }
    }

    /// Each with every earlier one; equal ones that are no patterns come last.
    private static func importIssues(_ subjects: [String]) -> [String] {
        var known: [String] = []
        return subjects.flatMap { subject -> [String] in
            let isNew = !known.contains(subject)
            let isPattern = SubjectRules.hasWildcards(subject)
            var others = known.filter {
                (isPattern || $0 != subject)
                    && (SubjectRules.isContained($0, in: subject) || SubjectRules.isContained(subject, in: $0))
            }
            if !isNew, !isPattern { others.append(subject) }
            if isNew { known.append(subject) }
            let overlaps = others.map {
                "overlapping subject namespace for \(quoted(subject)) and \(quoted($0)) in same account \"B\""
            }
            return overlaps + (isNew ? [] : ["overlapping subject namespace for \(quoted(subject)) in account \"B\""])
        }
    }

    @Test("the issues and their order are those of comparing each with each")
    func sameAsNaive() {
        var random = SeededGenerator.announced()
        for _ in 0..<600 {
            let subjects = Self.subjects(&random)
            var account = AccountClaims(subject: "A")
            account.exports = subjects.map { Export(subject: $0, type: .service) }
            let exports = account.validate(at: 0).map(\.description).filter { $0.contains("already exports") }
            #expect(exports == Self.exportIssues(subjects), "\(subjects)")
            account.exports = []
            account.imports = subjects.map { Import(subject: $0, account: "B", type: .service) }
            let imports = account.validate(at: 0).map(\.description).filter { $0.contains("overlapping") }
            #expect(imports == Self.importIssues(subjects), "\(subjects)")
        }
    }

    @Test("short and long lists give the same", arguments: [0, 2, 5, 1000])
    func listsOfAnyLength(shortCount: Int) {
        var random = SeededGenerator.announced()
        for _ in 0..<300 {
            var numbers = TokenNumbers()
            let subjects = (Self.subjects(&random) + Self.subjects(&random)).map { numbers.of($0) }
            let index = SubjectIndex(subjects, shortCount: shortCount)
            for pattern in subjects.indices {
                let end = Int.random(in: 0...subjects.count, using: &random)
                var found: [Int] = []
                index.forEach(in: pattern, before: end) { number in
                    found.append(number)
                    return true
                }
                let expected = (0..<end).filter {
                    $0 != pattern && TokenNumbers.isContained(subjects[$0], in: subjects[pattern])
                }
                #expect(found == expected)
            }
        }
    }

    @Test("of more pairs than are asked for, those among the first subjects are told, and all of them")
    func manyPairs() {
        var numbers = TokenNumbers()
        // Each lies in all that come before it, and a few do not.
        let subjects = (0..<120).map { number in
            number % 7 == 3 ? "b\(number)" : (Array(repeating: "a", count: number) + [">"]).joined(separator: ".")
        }
        let index = SubjectIndex(subjects.map { numbers.of($0) })
        let patterns = subjects.indices.filter { SubjectRules.hasWildcards(subjects[$0]) }
        let all = index.overlaps(patterns: patterns, maximum: 1_000_000)
        let some = index.overlaps(patterns: patterns, maximum: 500)
        let last = some.keys.max() ?? 0
        #expect(some.values.reduce(0) { $0 + $1.count } / 2 > 500 && last < 60)
        for number in 0...last {
            #expect(some[number] == all[number].map { $0.filter { $0 <= last } })
        }
    }
}
