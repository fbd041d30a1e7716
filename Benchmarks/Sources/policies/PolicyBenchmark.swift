import Glibc
import Policy

/// Measures what compiling a policy costs beside reading its YAML.
///
/// `policies [--quick]` prints the table. Each figure is the median of pairs that are timed in turn.
@main
enum PolicyBenchmark {
    private static let rules = 10_000

    static func main() throws {
        let rounds = CommandLine.arguments.contains("--quick") ? 3 : 15
        print("policies" + String(repeating: " ", count: 54) + "figure                aim")
        try measure("100 roles of 100 rules", roles(100), rounds)
        try measure("1 role of 5,000 to publish, 5,000 to subscribe", roles(1), rounds)
        try measure("1 role of 5,000 to subscribe, 5,000 in 50 groups", queues(), rounds)
        try measure("100 roles of 100 rules with templates", roles(100, token: "{{name()}}"), rounds)
    }

    /// Rules as people write them: a device of a site, what it sends, and what it is told.
    private static func roles(_ count: Int, token: String = "t") -> [UInt8] {
        var text = "chancery: v1\naccount: A\nroles:\n"
        let each = rules / count
        for role in 0..<count {
            text += "  role\(role):\n    publish:\n      allow:\n"
            for number in 0..<each / 2 - 2 {
                text += "        - \"plant.device\(role).\(token).telemetry\(number).*\"\n"
            }
            text += "      deny: [ \"plant.*.*.secret\", \"plant.*.*.internal.>\" ]\n    subscribe:\n      allow:\n"
            for number in 0..<each / 2 - 1 { text += "        - \"plant.device\(role).\(token).cmd\(number).*\"\n" }
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
            precondition((try? AccountPolicyFile.read(bytes, file: "a.yaml")) != nil)
        }
        report(
            "\(name): compiled (\(number(times.one / 1e6, " ms"))) to read", number(times.ratio, " x"), "<= 3 x")
    }
}
