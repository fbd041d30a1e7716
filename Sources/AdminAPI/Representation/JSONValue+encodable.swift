import Claims
import FoundationEssentials

extension JSONValue {
    /// What machines read from commands, for those who ask the service.
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        self = JSONValue(parsing: Array(try encoder.encode(value))) ?? .null
    }
}
