import Claims
import Foundation
import Testing

@testable import Policy

/// The language as data says the same as the reader.
@Suite struct PolicyLanguageTests {
    @Test func `The language has the keys that are read, and no others`() {
        let described = Dictionary(
            PolicyLanguage.tables.map { ($0.name, Set($0.keys.map(\.name))) }, uniquingKeysWith: { first, _ in first })
        #expect(described == PolicyReader.tables.mapValues { Set($0) })
        #expect(described.count == PolicyLanguage.tables.count)
    }

    @Test func `The schema has the keys that are read, and no others`() throws {
        let definitions = try #require(PolicySchema.value["$defs"]?.members)
        #expect(Set(definitions.keys) == Set(PolicyReader.tables.keys).union(PolicyLanguage.claims.map(\.name)))
        for (table, names) in PolicyReader.tables {
            #expect(Set(definitions[table]?["properties"]?.members?.keys ?? []) == Set(names), "\(table)")
        }
        #expect(JSONValue(parsing: Array(PolicySchema.text.utf8)) == PolicySchema.value)
    }

    static let examples: [(table: String, key: String)] = PolicyLanguage.tables.flatMap { table in
        table.keys.map { (table.name, $0.name) }
    }

    @Test(arguments: examples) func `The example of each key is read without a problem`(_ table: String, _ key: String)
        throws
    {
        let found = try #require(PolicyLanguage.table(table)?.key(key))
        let context = try #require(Self.context[table])
        let text = context(found.example)
        #expect(try Self.said(about: text, in: table) == "", "\(text)")
    }

    /// What is wrong with a file, but for what is missing: an example has only the key that it is about.
    private static func said(about text: String, in table: String) throws -> String {
        let document = try PolicyText.parse(Array(text.utf8), file: "a.yaml")
        guard let root = document.root else { return "nothing" }
        var reader = PolicyReader(document.source, values: ["x": "1"])
        switch table {
        case "set", "ceilings": _ = reader.manifest(root)
        case "never": _ = reader.never(in: root)
        case "environment": _ = reader.environment(root)
        default: _ = reader.account(root)
        }
        let incomplete: Set<PolicyProblem.Code> = [.missingKey, .undeclaredTag, .unknownValue]
        let found = reader.problems.filter { $0.severity == PolicyProblem.Severity.error }
        return found.filter { !incomplete.contains($0.code) }.map(\.description).joined(separator: "\n")
    }

    /// Where the keys of each table stand.
    private static let context: [String: @Sendable (String) -> String] = [
        "set": { $0 }, "never": { "never: [ { \($0) } ]" }, "ceilings": { "ceilings: { \($0) }" },
        "environment": { $0 }, "account": { $0 },
        "value": { "values: { x: { \($0) } }" }, "limits": { "limits: { \($0) }" },
        "jetstream": { "limits: { jetstream: { \($0) } }" },
        "export": {
            "exports: [ { \($0.contains("stream:") || $0.hasPrefix("service:") ? "" : "service: a, ")\($0) } ]"
        },
        "grant": { "exports: [ { grant: [ { \($0) } ] } ]" },
        "response": { "exports: [ { service: a, response: { \($0) } } ]" },
        "latency": { "exports: [ { service: a, latency: { \($0) } } ]" }, "import": { "imports: [ { \($0) } ]" },
        "stream": { "streams: { S: { \($0) } }" }, "consumer": { "streams: { S: { consumers: { C: { \($0) } } } }" },
        "role": { "roles: { r: { \($0.hasPrefix("deny_queue") ? "subscribe: everything, " : "")\($0) } }" },
        "access": { "roles: { r: { publish: { \($0.hasPrefix("deny") ? "allow: everything, " : "")\($0) } } }" },
        "service": { "roles: { r: { serve: { a: { \($0) } } } }" },
        "bucket": { "roles: { r: { kv: { B: { \($0) } } } }" },
        "mqtt": { "roles: { r: { mqtt: { \($0) } } }" }, "hours": { "roles: { r: { hours: { \($0) } } }" },
        "expires": { "roles: { r: { expires: { \($0) } } }" }, "role_limits": { "roles: { r: { limits: { \($0) } } }" },
        "user": { "users: { u: { \($0) } }" }, "extra": { "users: { u: { extra: { \($0) } } }" },
        "test": { "tests: [ { \($0) } ]" }, "test_subject": { "tests: [ { as: { \($0) } } ]" },
        "audit": { "audit: { \($0) }" },
    ]

    @Test func `What to write where there is a choice of words is said in full`() {
        for table in PolicyLanguage.tables {
            for key in table.keys where key.name != "chancery" {
                for word in Self.words(of: key.form) {
                    #expect(key.meaning.contains("`\(word)`"), "\(table.name): \(key.name)")
                }
            }
        }
    }

    private static func words(of form: LanguageForm) -> [String] {
        switch form {
        case .words(let words): words
        case .list(let form, _), .members(let form, _): words(of: form)
        case .either(let forms): forms.flatMap { words(of: $0) }
        default: []
        }
    }

    // MARK: The reference

    /// `CHANCERY_REFERENCE=FILE` (policies/README.md) writes the reference anew.
    @Test func `The reference has each key with what it means and an example`() throws {
        let file = ProcessInfo.processInfo.environment["CHANCERY_REFERENCE"] ?? Self.readme
        var text = try String(contentsOfFile: file, encoding: .utf8)
        let (start, end) = ("<!-- keys -->\n", "<!-- end of keys -->")
        let from = try #require(text.range(of: start)?.upperBound)
        let to = try #require(text.range(of: end)?.lowerBound)
        if ProcessInfo.processInfo.environment["CHANCERY_REFERENCE"] != nil {
            text.replaceSubrange(from..<to, with: PolicyReference.text)
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(text[from..<to] == PolicyReference.text[...])
    }

    private static let readme = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../policies/README.md").standardized.path
}

/// The tables of keys as they stand in `policies/README.md`.
enum PolicyReference {
    static var text: String {
        PolicyLanguage.tables.filter { $0.name != "extra" }.map { table in
            let rows = table.keys.map { key in
                "| `\(key.name)`\(key.isRequired ? " (required)" : "") | \(key.meaning) | `\(key.example)` |\n"
            }
            return
                "\n### \(table.title)\n\(table.meaning.prefix(1).uppercased() + table.meaning.dropFirst()).\n\n| key | meaning | example |\n|---|---|---|\n"
                + rows.joined()
        }.joined() + "\n"
    }
}
