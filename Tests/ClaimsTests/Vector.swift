import Foundation
import Testing

@testable import Claims

/// One line of `Vectors/nats-vectors.jsonl`: what NATS's own libraries answered to an input.
struct Vector: Sendable, CustomTestStringConvertible {
    let id: String
    let kind: String
    let input: JSONValue
    let expect: JSONValue

    var testDescription: String { id }

    /// The text that the reference refuses the input with.
    var expectedError: String? { expect["error"]?.text }

    /// Whether the reference crashes, where this library must answer with an error.
    var crashesReference: Bool { expect["go_panic"] != nil }

    /// A text of the input.
    func text(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        try #require(input[name]?.text, "\(id) has no text \(name)", sourceLocation: sourceLocation)
    }

    /// Bytes of the input, written in hexadecimal.
    func bytes(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [UInt8] {
        try Self.bytes(hex: text(name, sourceLocation: sourceLocation))
    }

    static func bytes(hex: String) throws -> [UInt8] {
        let digits = Array(hex)
        return try stride(from: 0, to: digits.count - 1, by: 2).map {
            try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
        }
    }

    /// All vectors, in the order of the file.
    static let all: [Vector] = {
        guard let url = Bundle.module.url(forResource: "nats-vectors", withExtension: "jsonl", subdirectory: "Vectors"),
            let content = try? Data(contentsOf: url)
        else { return [] }
        return content.split(separator: 0x0A).compactMap { line in
            let members = try? parse(Array(line)).members
            guard let members, let id = members["id"]?.text, let kind = members["kind"]?.text else { return nil }
            return Vector(
                id: id, kind: kind, input: members["input"] ?? .null, expect: members["expect"] ?? .null)
        }
    }()

    /// The vectors of some kinds.
    static func of(_ kinds: String...) -> [Vector] { all.filter { kinds.contains($0.kind) } }
}

/// A JSON text as a tree.
func parse(_ bytes: [UInt8]) throws -> JSONValue {
    try bytes.withUnsafeBytes { bytes in
        var reader = JSONReader(bytes)
        let value = try reader.value()
        try reader.expectEnd()
        return value
    }
}

func parse(_ text: String) throws -> JSONValue {
    try parse(Array(text.utf8))
}

extension JSONValue {
    /// The bytes of the value as JSON.
    var jsonBytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }
}
