import Subjects

/// Subjects and patterns about rules: just inside and just outside of each, of each length that it can have, and of each
/// meet of two.
struct Words {
    private static let mostMeets = 30
    private let words: [Pattern]
    private let longest: Int

    init(_ rules: [Pattern]) {
        var all = rules
        for (index, one) in rules.enumerated() {
            for other in rules[(index + 1)...] {
                guard all.count < rules.count + Self.mostMeets else { break }
                if let meet = one.intersection(other), !all.contains(meet) { all.append(meet) }
            }
        }
        longest = (all.map(\.tokens.count).max() ?? 0) + 1
        words = all
    }

    /// - Parameter most: how many are enough; those inside come first.
    func subjects(_ most: Int) -> [String] {
        var inside: [String] = []
        var outside: [String] = ["y1"]
        for word in words {
            let lengths =
                word.hasTail
                ? (word.tokens.count + 1)...max(longest, word.tokens.count + 1) : word.tokens.count...word.tokens.count
            for length in lengths where length > 0 {
                let tokens = word.filled(length)
                inside.append(tokens.joined(separator: "."))
                outside.append((tokens + ["y1"]).joined(separator: "."))
                if length > 1 { outside.append(tokens.dropLast().joined(separator: ".")) }
                for index in word.tokens.indices where index < length {
                    guard case .literal = word.tokens[index] else { continue }
                    var other = tokens
                    other[index] = "y1"
                    outside.append(other.joined(separator: "."))
                }
            }
        }
        return Self.different(inside + outside, most)
    }

    func patterns(_ most: Int) -> [String] {
        var found = words.map(\.description) + [">", "*", "*.>", "y1.>"]
        for word in words {
            let tokens = word.tokens.map { token in
                if case .literal(let bytes) = token { String(decoding: bytes, as: UTF8.self) } else { "*" }
            }
            func add(_ tokens: [String]) { if !tokens.isEmpty { found.append(tokens.joined(separator: ".")) } }
            if !word.hasTail {
                add(tokens.dropLast() + [">"])
                add(tokens + [">"])
                add(tokens + ["*"])
            } else {
                add(tokens + ["*"])
                add(tokens + ["*", ">"])
            }
            for index in tokens.indices {
                let replacement = tokens[index] == "*" ? "y1" : "*"
                var other = tokens + (word.hasTail ? [">"] : [])
                other[index] = replacement
                add(other)
            }
            add(word.filled(word.tokens.count + (word.hasTail ? 1 : 0)))
        }
        return Self.different(found, most)
    }

    private static func different(_ texts: [String], _ most: Int) -> [String] {
        var seen: Set<String> = []
        return Array(texts.filter { seen.insert($0).inserted }.prefix(most))
    }
}

extension Pattern {
    /// A subject of it with so many tokens: others than any rule names where it has wildcards.
    fileprivate func filled(_ length: Int) -> [String] {
        (0..<length).map { index in
            if index < tokens.count, case .literal(let bytes) = tokens[index] {
                String(decoding: bytes, as: UTF8.self)
            } else {
                "x\(index + 1)"
            }
        }
    }
}
