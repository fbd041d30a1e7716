@testable import Broker

/// What must hold for any bytes that are taken for a configuration file.
enum ConfigurationInput {
    private struct Missing: Error {}

    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        // Whatever is included is the same text again, and every variable is a part of it.
        let half = Array(input.suffix(input.count / 2))
        let surroundings = ConfigurationSurroundings(
            readFile: { path throws in
                guard path.hasSuffix(".conf") else { throw Missing() }
                return half
            },
            environmentVariable: { name in name.count == 1 ? String(decoding: half, as: UTF8.self) : nil })
        do {
            let (configuration, warnings) = try BrokerConfiguration.read(
                input, file: "a.conf", surroundings: surroundings)
            return fault(in: configuration) ?? fault(in: warnings)
        } catch {
            return error.problems.isEmpty ? "a configuration is refused without a reason" : fault(in: error.problems)
        }
    }

    /// What nobody who gets a configuration should have to look at again.
    private static func fault(in configuration: BrokerConfiguration) -> String? {
        if configuration.maximumPayload > configuration.maximumPending { return "no message fits" }
        if configuration.lameDuckGracePeriod >= configuration.lameDuckDuration { return "a lame duck never leaves" }
        let names = configuration.accounts.map(\.name)
        if Set(names).count < names.count || names.contains("$G") { return "an account twice, or a reserved one" }
        let users = configuration.accounts.flatMap(\.users) + (configuration.authorization?.users ?? [])
        if Set(users.map(\.name)).count < users.count { return "a user twice" }
        for use in configuration.accounts.flatMap(\.imports) where !names.contains(use.account) {
            return "an import from nowhere"
        }
        for mapping in configuration.mappings + configuration.accounts.flatMap(\.mappings) {
            let weights = Dictionary(grouping: mapping.destinations, by: \.cluster).mapValues {
                $0.map(\.weight).reduce(0, +)
            }
            if weights.values.contains(where: { $0 > 100 }) { return "weights of more than all" }
        }
        return fault(in: configuration.unenforced)
    }

    /// Each problem says what it is in a line or a few, and where.
    private static func fault(in problems: [ConfigurationProblem]) -> String? {
        for problem in problems where problem.message.isEmpty || problem.description.utf8.count > 8 * 4096 {
            return "a problem that says nothing, or too much"
        }
        return nil
    }
}
