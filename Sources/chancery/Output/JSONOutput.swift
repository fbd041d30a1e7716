import FoundationEssentials

/// Answers for machines: one JSON object a line, its members in alphabetical order.
enum JSONOutput {
    /// Writes a value as one line.
    static func line(_ value: some Encodable) throws {
        Console.data(try text(value))
    }

    /// A value as one line, without its end.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
