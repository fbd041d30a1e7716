import TestSupport

@testable import Claims

extension String {
    /// A short text, with the characters that need care now and then.
    static func random(_ random: inout SeededGenerator) -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "c", "Z", "0", "9", ".", "*", ">", " ", "\"", "\\", "/", "<", "&", "\n", "\u{1}", "\u{7F}", "漢",
            "😀",
            "\u{2028}", "\u{FFFD}",
            // Two ways to write one letter.
            "\u{E9}", "e", "\u{301}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            text.append(alphabet.randomElement(using: &random) ?? "a")
        }
        return String(text)
    }
}

extension JSONValue {
    static func random(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .number(number(&random))
        case 3: return .string(.random(&random))
        case 4, 5:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in .random(&random, depth: depth - 1) })
        default:
            var members: TextDictionary<JSONValue> = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                members[.random(&random)] = .random(&random, depth: depth - 1)
            }
            return .object(members)
        }
    }

    private static func number(_ random: inout SeededGenerator) -> Double {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return Double(Int.random(in: -1000...1000, using: &random))
        case 1: return Double.random(in: -1...1, using: &random)
        default:
            let value = Double(bitPattern: random.next())
            return value.isFinite ? value : 0
        }
    }
}
