import Glibc
import Policy
import Stopwatch

/// Measures what compiling a policy costs beside parsing its YAML, and comparing two of them beside compiling them.
///
/// `policies [--quick]` prints the table. Each figure is the median of pairs that are timed in turn.
@main
enum PolicyBenchmark {
    private static let rules = 10_000

    static func main() throws {
        let rounds = CommandLine.arguments.contains("--quick") ? 3 : 15
        reportHeading("policies")
        try measure("100 roles of 100 rules", roles(100), rounds)
        try measure("1 role of 5,000 to publish, 5,000 to subscribe", roles(1), rounds)
        try measure("1 role of 5,000 to subscribe, 5,000 in 50 groups", queues(), rounds)
        try measure("100 roles of 100 rules with templates", roles(100, token: "{{name()}}"), rounds)
        try compare("100 roles of 100 rules, a tenth of them others", roles(100), roles(100, others: 10), rounds)
        try compare("1 role of 10,000 rules, a tenth of them others", roles(1), roles(1, others: 10), rounds)
        try compare("1 role of 10,000 rules, all of them others", roles(1), roles(1, token: "u"), rounds)
        for (name, account) in HardPolicies.all { check(name, account) }
    }

    /// Policies that are made to be costly: read, compiled and checked, or refused.
    private static func check(_ name: String, _ account: [UInt8]) {
        let start = Stopwatch.seconds
        var said = "nothing wrong"
        do {
            said = "\(try set(account).problems().count) findings"
        } catch {
            said =
                (error as? PolicySet.Failure)?.problems.first { $0.severity == .error }?.code.description ?? "\(error)"
        }
        report("\(name): checked (\(said))", number(Stopwatch.seconds - start, " s"), "<= 2 s")
    }

    /// Rules as people write them: a device of a site, what it sends, and what it is told.
    ///
    /// - Parameter others: of how many rules one has another name; 0 for none.
    private static func roles(_ count: Int, token: String = "t", others: Int = 0) -> [UInt8] {
        func name(_ number: Int) -> String { others > 0 && number.isMultiple(of: others) ? "other" : "device" }
        var text = "chancery: v1\naccount: A\nroles:\n"
        let each = rules / count
        for role in 0..<count {
            text += "  role\(role):\n    publish:\n      allow:\n"
            for number in 0..<each / 2 - 2 {
                text += "        - \"plant.\(name(number))\(role).\(token).telemetry\(number).*\"\n"
            }
            text += "      deny: [ \"plant.*.*.secret\", \"plant.*.*.internal.>\" ]\n    subscribe:\n      allow:\n"
            for number in 0..<each / 2 - 1 {
                text += "        - \"plant.\(name(number))\(role).\(token).cmd\(number).*\"\n"
            }
            text += "      deny: [ \"plant.*.t.cmd1.reset\" ]\n"
        }
        return Array(text.utf8)
    }

    private static func queues() -> [UInt8] {
        var text = "chancery: v1\naccount: A\nroles:\n  r:\n    subscribe:\n"
        for number in 0..<rules / 2 { text += "      - \"plant.device\(number).cmd.*\"\n" }
        text += "    queue:\n"
        for number in 0..<rules / 2 { text += "      \"jobs.kind\(number).*\": [ workers\(number % 50) ]\n" }
        return Array(text.utf8)
    }

    private static func measure(_ name: String, _ bytes: [UInt8], _ rounds: Int) throws {
        let file = try AccountPolicyFile.read(bytes, file: "a.yaml")
        let times = Stopwatch.compare(rounds: rounds, count: 1) {
            precondition((try? file.compiledRoles())?.isEmpty == false)
        } _: {
            // What it finds are files that a set names, which here are none: what it takes is parsing the text.
            precondition(PolicyManifest.files(in: bytes).isEmpty)
        }
        report(
            "\(name): compiled (\(number(times.one / 1e6, " ms"))) to parsed", number(times.ratio, " x"), "<= 3 x")
    }

    /// The differences of two sets, places in files included, beside compiling both.
    private static func compare(_ name: String, _ one: [UInt8], _ other: [UInt8], _ rounds: Int) throws {
        let sets = try [one, other].map { try set($0) }
        let files = try [one, other].map { try AccountPolicyFile.read($0, file: "a.yaml") }
        let times = Stopwatch.compare(rounds: rounds, count: 1) {
            let access = sets.compactMap { try? $0.compiled("A")?.access() }
            precondition((try? AccessComparison.changes(from: access[0], to: access[1]))?.isEmpty == false)
        } _: {
            for file in files { precondition((try? file.compiledRoles())?.isEmpty == false) }
        }
        report(
            "\(name): compared (\(number(times.one / 1e6, " ms"))) to compiled", number(times.ratio, " x"), "<= 5 x")
    }

    private static func set(_ account: [UInt8]) throws -> PolicySet {
        let manifest = Array("chancery: v1\naccounts: { A: a.yaml }\n".utf8)
        return try PolicySet.readAll(
            manifest, file: "chancery.yaml", surroundings: .init(readFile: { $0 == "a.yaml" ? account : nil }))[0]
    }
}
