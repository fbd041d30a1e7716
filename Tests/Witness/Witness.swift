import Foundation
import Policy
import TestSupport

/// Writes policies, and what each engine has to answer about them, for `Tests/Interop/test_witness.py` to play.
///
///     witness POLICIES [SEED]
///
/// A line of JSON for each policy that compiles; the last line says with which seed, and how many were refused.
@main struct Witness {
    private struct Summary: Encodable {
        let seed: UInt64
        let refused: [String: Int]
    }

    static func main() throws {
        let words = CommandLine.arguments.dropFirst()
        guard let count = words.first.flatMap({ Int($0) }) else {
            print("usage: witness POLICIES [SEED]")
            exit(2)
        }
        let seed = words.dropFirst().first.flatMap { UInt64($0) } ?? UInt64.random(in: 1...1 << 53)
        var random = SeededGenerator(seed: seed)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var refused: [String: Int] = [:]
        var written = 0
        while written < count {
            var policy = GeneratedPolicy(seed: random.next())
            let text = policy.text()
            let found: PolicySet?
            do throws(PolicySet.Failure) { found = try set(of: text) } catch {
                let reason = error.problems.first { $0.severity == .error }
                refused[reason?.code.description ?? "", default: 0] += 1
                // What is generated is well formed: there is nothing else to refuse.
                guard reason?.code == .cannotBeSaid else { throw error }
                continue
            }
            guard let found, let builder = try builder(text, found) else { continue }
            try write(builder.build(), encoder)
            written += 1
        }
        try write(Summary(seed: seed, refused: refused), encoder)
    }

    private static func set(of text: String) throws(PolicySet.Failure) -> PolicySet? {
        let manifest = "chancery: v1\naccounts: { A: a.yaml }\n"
        let surroundings = PolicySet.Surroundings(readFile: { $0 == "a.yaml" ? Array(text.utf8) : nil })
        return try PolicySet.readAll(Array(manifest.utf8), file: "chancery.yaml", surroundings: surroundings).first
    }

    /// About the key of the user that the file declares.
    private static func builder(_ text: String, _ set: PolicySet) throws -> WitnessSuiteBuilder? {
        guard let account = set.accounts.first, let user = account.policy.users.first else { return nil }
        guard let role = account.role(of: user) else { return nil }
        guard let explanations = try Explanations(set, account, of: user.name) else { return nil }
        let parts = account.policy.roles.filter { role in user.roles.contains { $0.value == role.name } }
        let values = ["{{name()}}": GeneratedPolicy.holder, "{{tag(plant)}}": GeneratedPolicy.plant]
        return try WitnessSuiteBuilder(text, role, FileSets(parts, extra: user.extra, values), explanations)
    }

    private static func write(_ value: some Encodable, _ encoder: JSONEncoder) throws {
        try FileHandle.standardOutput.write(contentsOf: encoder.encode(value) + [0x0A])
    }
}
