public import Subjects

/// All subjects up to a length over a few letters, to compare sets of subjects with by enumeration.
///
/// One letter, `u`, is named by no rule and stands for all tokens that none names. The longest subjects stand for all that
/// are as long or longer: no rule says anything about a token behind the last but one.
public struct Universe: Sendable {
    /// What rules may name.
    public let letters: [String]
    /// Patterns have at most this many tokens, a last `>` not counted.
    public let patternLength: Int
    public let subjects: [[String]]
    /// The same as bytes.
    private let tokens: [[[UInt8]]]
    /// The members of the patterns there are.
    private var membersOfPatterns: [[String]: Members] = [:]
    /// For each subject the places of those that have `u` for some of its letters, itself included.
    private let lessSpecial: [[Int]]

    public init(letters: [String], patternLength: Int) {
        self.letters = letters
        self.patternLength = patternLength
        var all: [[String]] = []
        var level: [[String]] = [[]]
        for _ in 0...patternLength {
            level = level.flatMap { prefix in (letters + ["u"]).map { prefix + [$0] } }
            all += level
        }
        subjects = all
        tokens = all.map { $0.map { Array($0.utf8) } }
        let places = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
        lessSpecial = all.map { subject in
            subject.reduce([[]] as [[String]]) { prefixes, token in
                prefixes.flatMap { token == "u" ? [$0 + ["u"]] : [$0 + [token], $0 + ["u"]] }
            }.compactMap { places[$0] }
        }
        for pattern in patterns() {
            membersOfPatterns[pattern] = Members(universe: self) { Self.matches(pattern, all[$0]) }
        }
    }

    private func patterns() -> [[String]] {
        var all: [[String]] = []
        var level: [[String]] = [[]]
        for _ in 0...patternLength {
            all += level.map { $0 + [">"] }
            level = level.flatMap { prefix in (letters + ["*"]).map { prefix + [$0] } }
            all += level
        }
        return all
    }

    /// The members of a pattern, by comparing token by token.
    public func members(of pattern: [String]) -> Members {
        membersOfPatterns[pattern] ?? Members(universe: self) { Self.matches(pattern, subjects[$0]) }
    }

    public func members(of patterns: [Pattern]) -> Members {
        patterns.reduce(Members(universe: self) { _ in false }) {
            $0.union(members(of: $1.description.split(separator: ".").map(String.init)))
        }
    }

    private static func matches(_ pattern: [String], _ subject: [String]) -> Bool {
        for (index, token) in pattern.enumerated() {
            if token == ">" { return subject.count > index }
            guard index < subject.count, token == "*" || token == subject[index] else { return false }
        }
        return pattern.count == subject.count
    }

    /// The members of a set of subjects, asked one by one.
    public func members(of set: SubjectSet) -> Members {
        Members(universe: self) { set.contains(tokens: tokens[$0]) }
    }

    /// The least list of patterns around the members: with each of them, all that are more special.
    public func least(_ members: Members) -> Members {
        Members(universe: self) { lessSpecial[$0].contains { members.contains($0) } }
    }

    /// Whether a subject that may be longer, and may have other tokens, is like a member.
    public func contains(_ subject: [UInt8], in members: Members) -> Bool {
        let tokens = subject.split(separator: UInt8(ascii: ".")).prefix(patternLength + 1).map { token in
            let text = String(decoding: token, as: UTF8.self)
            return letters.contains(text) ? text : "u"
        }
        return subjects.indices.contains { members.contains($0) && subjects[$0] == tokens }
    }
}

/// Some of the subjects of a universe.
public struct Members: Sendable, Hashable {
    private var words: [UInt64]

    init(universe: Universe, _ isMember: (Int) -> Bool) {
        words = [UInt64](repeating: 0, count: universe.subjects.count / 64 + 1)
        for place in universe.subjects.indices where isMember(place) { words[place / 64] |= 1 << UInt64(place % 64) }
    }

    private init(words: [UInt64]) {
        self.words = words
    }

    func contains(_ place: Int) -> Bool {
        words[place / 64] & (1 << UInt64(place % 64)) != 0
    }

    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    public func union(_ other: Members) -> Members { Members(words: zip(words, other.words).map { $0 | $1 }) }
    public func intersection(_ other: Members) -> Members { Members(words: zip(words, other.words).map { $0 & $1 }) }
    public func subtracting(_ other: Members) -> Members { Members(words: zip(words, other.words).map { $0 & ~$1 }) }
    public func isSubset(of other: Members) -> Bool { subtracting(other).isEmpty }
}
