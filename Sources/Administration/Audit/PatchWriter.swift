import Audit
import Claims
import NKeys

/// Writes a JSON patch byte for byte: no blanks, names in byte order, integers only, and only those escapes that JSON demands.
struct PatchWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ operations: [PatchOperation]) {
        list(operations) { writer, operation in
            writer.text("{\"op\":\"\(operation.op.rawValue)\",\"path\":")
            writer.string(operation.path)
            if let value = operation.value {
                writer.text(",\"value\":")
                writer.write(value)
            }
            writer.text("}")
        }
    }

    private mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text("null")
        case .bool(let flag): text(flag ? "true" : "false")
        case .number(let number): write(number)
        case .string(let text): string(Self.harmless(text))
        case .array(let elements): list(elements) { $0.write($1) }
        case .object(let members):
            text("{")
            var needsComma = false
            for (name, value) in members {
                if needsComma { text(",") }
                needsComma = true
                string(name)
                text(":")
                write(value)
            }
            text("}")
        }
    }

    /// Integers only, as everywhere in records. The largest one is the only one above 2^53 in claims.
    private mutating func write(_ number: Double) {
        guard number == number.rounded() else { return string(String(number)) }
        text(String(Int64(exactly: number) ?? (number > 0 ? .max : .min)))
    }

    private mutating func list<Element>(_ elements: [Element], _ write: (inout PatchWriter, Element) -> Void) {
        text("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { text(",") }
            write(&self, element)
        }
        text("]")
    }

    private mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func string(_ text: String) { bytes.appendRecordString(text) }

    /// A token counts for whoever has it, and a seed must not be in claims at all.
    private static func harmless(_ text: String) -> String {
        let isToken = text.hasPrefix("ey") && text.split(separator: ".").count == 3
        let isSeed = text.utf8.count == KeyPair.seedTextCount && text.hasPrefix("S")
        return isToken || isSeed ? "sha256:\(TokenVersion(of: text).hex)" : text
    }
}
