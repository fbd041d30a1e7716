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
            _ = try BrokerConfiguration.read(input, file: "a.conf", surroundings: surroundings)
            return nil
        } catch {
            return error.problems.isEmpty ? "a configuration is refused without a reason" : nil
        }
    }
}
