import Claims
import Foundation
import TestSupport
import Testing

@testable import Administration

@Suite struct ClaimsPatchTests {
    @Test func `a patch leads from the old claims to the new ones`() throws {
        var generator = SeededGenerator.announced()
        for _ in 0..<500 {
            let old = object(&generator, depth: 3)
            let new = Bool.random(using: &generator) ? object(&generator, depth: 3) : edited(old, &generator)
            let json = written(old, new)
            let operations = try #require(JSONValue(parsing: json)?.elements)
            let result = try operations.reduce(old) { try apply($1, to: $0) }
            #expect(result == new, "\(old) to \(new): \(String(decoding: json, as: UTF8.self))")
        }
    }

    @Test func `what did not change is not mentioned`() {
        let old = JSONValue.object(["a": .array([.number(1), .number(2), .number(3)]), "b/c~": .bool(true)])
        let new = JSONValue.object(["a": .array([.number(1), .number(3)]), "b/c~": .bool(false)])
        let operations = PatchOperation.between(old, new)
        #expect(operations.map(\.path) == ["/a/1", "/b~1c~0"])
        #expect(operations.map(\.op) == [.remove, .replace])
        #expect(PatchOperation.between(old, old).isEmpty)
    }

    @Test func `the largest integer stays what it is`() throws {
        let new = JSONValue.object(["n": .number(Double(Int64.max)), "m": .number(-1)])
        let json = String(decoding: written(.object([:]), new), as: UTF8.self)
        #expect(json.contains("9223372036854775807") && json.contains("-1"))
    }

    @Test func `what is written is JSON without blanks, and holds no token and no seed`() throws {
        let seed = "SU" + String(repeating: "A", count: 56)
        let new = JSONValue.object([
            "a\"\\\u{1}\u{e9}": .string("\n/<&\u{2028}"), "s": .string(seed), "t": .array([.string("ey.b.c"), .null]),
        ])
        let json = written(.object([:]), new)
        let text = String(decoding: json, as: UTF8.self)
        let operations = try #require(JSONValue(parsing: json)?.elements)
        #expect(operations.first?["path"]?.text == "/a\"\\\u{1}\u{e9}")
        #expect(operations.first?["value"]?.text == "\n/<&\u{2028}")
        #expect(!text.contains(seed) && !text.contains("ey.b.c") && !text.contains(" ") && text.contains("sha256:"))
    }

    private func written(_ old: JSONValue, _ new: JSONValue) -> [UInt8] {
        var writer = PatchWriter()
        writer.write(PatchOperation.between(old, new))
        return writer.bytes
    }

    /// RFC 6902, as far as patches use it.
    private func apply(_ operation: JSONValue, to value: JSONValue) throws -> JSONValue {
        let steps = try #require(operation["path"]?.text).split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst().map {
                String($0).replacingOccurrences(of: "~1", with: "/").replacingOccurrences(of: "~0", with: "~")
            }
        return try apply(try #require(operation["op"]?.text), steps[...], operation["value"], to: value)
    }

    private func apply(
        _ op: String, _ steps: ArraySlice<String>, _ new: JSONValue?, to value: JSONValue
    ) throws -> JSONValue {
        guard let step = steps.first else { return try #require(new) }
        let isLast = steps.count == 1
        switch value {
        case .object(var members):
            let old = members[step]
            if op != "add" || !isLast { _ = try #require(old) }
            members[step] =
                isLast ? (op == "remove" ? nil : new) : try apply(op, steps.dropFirst(), new, to: try #require(old))
            return .object(members)
        case .array(var elements):
            let index = try #require(Int(step))
            if isLast, op == "add" {
                elements.insert(try #require(new), at: index)
            } else if isLast, op == "remove" {
                elements.remove(at: index)
            } else {
                elements[index] = try apply(op, steps.dropFirst(), new, to: elements[index])
            }
            return .array(elements)
        default:
            Issue.record("the path leads into a value")
            return value
        }
    }

    private func object(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
        let names = ["a", "b", "c/d", "e~f", ""]
        var members: TextDictionary<JSONValue> = [:]
        for name in names.shuffled(using: &generator).prefix(Int.random(in: 0...4, using: &generator)) {
            members[name] = value(&generator, depth: depth - 1)
        }
        return .object(members)
    }

    private func value(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .number(Double(Int.random(in: -3...3, using: &generator)))
        case 3: return .string(["", "x", "\"\n", "ü"].randomElement(using: &generator) ?? "")
        case 4:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in value(&generator, depth: depth - 1) })
        default: return object(&generator, depth: depth)
        }
    }

    /// The object with something put into, taken out of or changed in one of its arrays.
    private func edited(_ old: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
        guard case .object(var members) = old else { return old }
        for (name, member) in members {
            guard case .array(var elements) = member else { continue }
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: elements.insert(.number(9), at: Int.random(in: 0...elements.count, using: &generator))
            case 1: if !elements.isEmpty { elements.remove(at: Int.random(in: elements.indices, using: &generator)) }
            default: elements.shuffle(using: &generator)
            }
            members[name] = .array(elements)
        }
        return .object(members)
    }
}
