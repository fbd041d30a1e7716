@testable import Claims

/// A reproducible source of random numbers (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A new seed, printed before it is used, so that a crash can be run again too.
    static func announcedSeed(_ test: String = #function) -> UInt64 {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("\(test): random seed \(seed)")
        return seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension String {
    /// A short text, with the characters that need care now and then.
    static func random(_ random: inout SeededRandom) -> String {
        let alphabet: [Character] = [
            "a", "b", "c", "Z", "0", "9", ".", "*", ">", " ", "\"", "\\", "/", "<", "&", "\n", "\u{1}", "\u{7F}", "é",
            "漢", "😀", "\u{2028}", "\u{FFFD}", "\u{301}",
        ]
        return String(
            (0..<Int.random(in: 0...8, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
    }
}

extension JSONValue {
    static func random(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .number(number(&random))
        case 3: return .string(.random(&random))
        case 4, 5:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in .random(&random, depth: depth - 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                members[.random(&random)] = .random(&random, depth: depth - 1)
            }
            return .object(members)
        }
    }

    private static func number(_ random: inout SeededRandom) -> Double {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return Double(Int.random(in: -1000...1000, using: &random))
        case 1: return Double.random(in: -1...1, using: &random)
        default:
            let value = Double(bitPattern: random.next())
            return value.isFinite ? value : 0
        }
    }
}
