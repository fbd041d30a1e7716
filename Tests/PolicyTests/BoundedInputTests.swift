import Foundation
import Testing

@testable import Policy

/// Files as odd as they come, ten mebibytes of each: they end in diagnostics, soon and in few words.
@Suite struct BoundedInputTests {
    private static let size = 10 << 20

    private static func repeated(_ text: String, _ size: Int = size) -> [UInt8] {
        let unit = Array(text.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + unit.count)
        while bytes.count < size { bytes += unit }
        return bytes
    }

    /// What is written over and over; each is tried as more than is read, and as much as is read.
    static let oddities: [(name: String, text: String)] = [
        ("aliases", "a: &a [ *a, *a ]\n"), ("duplicate keys", "a: b\n"), ("tabs", "\t"), ("tabbed lines", "\ta: b\n"),
        ("brackets", "["), ("braces", "{a: "), ("items", "- "), ("indented items", "- \n"), ("keys", "a:\n"),
        ("quotes", "\""), ("templates", "{{"), ("wildcards", "- *\n"), ("folded", "- >\n"), ("blanks", " "),
        ("lines", "\n"),
        ("returns", "\r"), ("comments", "#\n"), ("a comment", "#"), ("colons", ": "), ("documents", "---\n"),
        ("questions", "? "),
        ("nothing", "\0"), ("letters", "a"), ("marks", "\u{FEFF}"), ("tags", "- !!str a\n"), ("merges", "<<: {}\n"),
        ("entries in brackets", "[ a, b ],\n"), ("roles", "roles: { r: { publish: [ a ] } }\n"),
        ("unclosed", "- [ a\n"),
    ]

    /// More than is read, and less; as much as is read where time does not matter.
    private static let sizes =
        [size, 200_000]
        + (ProcessInfo.processInfo.environment["CHANCERY_PROVE"] == nil ? [] : [PolicyText.maximumBytes - 64])

    @Test(arguments: oddities) func `Ten mebibytes of an oddity end in diagnostics`(_ name: String, _ text: String) {
        for size in Self.sizes {
            let bytes = Self.repeated(text, size)
            let clock = ContinuousClock()
            let start = clock.now
            let problems = Self.problems(bytes)
            #expect(clock.now - start < .seconds(60), "\(name)")
            #expect(problems.count <= 400, "\(name)")
            for problem in problems { #expect(problem.description.utf8.count < 4_096, "\(name)") }
        }
    }

    private static func problems(_ bytes: [UInt8]) -> [PolicyProblem] {
        do throws(AccountPolicyFile.Failure) {
            return try AccountPolicyFile.read(bytes, file: "a.yaml").warnings
        } catch {
            return error.problems
        }
    }

    @Test func `A thousand levels are refused in every form`() {
        let levels = 1_000
        let forms = [
            "a: " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels),
            "a: " + String(repeating: "{ a: ", count: levels) + String(repeating: "}", count: levels),
            String(repeating: "- ", count: levels) + "a",
            (0..<levels).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            (0..<levels).map { String(repeating: " ", count: $0) + "-\n" }.joined(),
            "a:\n" + (0..<levels).map { String(repeating: " ", count: $0) + "[\n" }.joined(),
            String(repeating: "? ", count: levels) + "a",
        ]
        for form in forms { #expect(!Self.problems(Array(form.utf8)).isEmpty, "\(form.prefix(40))") }
    }

    @Test func `A set names no file twice, and not any number of environments`() {
        let accounts = (0..<3).map { "A\($0): a.yaml" }.joined(separator: ", ")
        let environments = (0..<101).map { "E\($0): e.yaml" }.joined(separator: ", ")
        let text = "accounts: { \(accounts) }\nenvironments: { \(environments) }\n"
        let surroundings = PolicySet.Surroundings(readFile: { name in
            Array((name == "a.yaml" ? "account: A0" : "values: {}").utf8)
        })
        do throws(PolicySet.Failure) {
            _ = try PolicySet.readAll(Array(text.utf8), file: "chancery.yaml", surroundings: surroundings)
            Issue.record("it is read")
        } catch {
            let messages = error.problems.filter { $0.severity == .error }.map(\.message)
            #expect(
                messages == [
                    "a.yaml is the file of A0 already", "a.yaml is the file of A0 already",
                    "the set has 101 environments; at most 100 are read",
                ])
        }
    }
}
