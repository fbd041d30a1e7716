import FoundationEssentials

/// Answers for machines: one JSON object a line, its members in alphabetical order.
enum JSONOutput {
    /// Writes a value as one line.
    static func line(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Console.data(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
