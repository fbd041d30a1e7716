// How two patterns relate as sets of subjects. Every function takes time linear in the number of tokens.

extension Pattern {
    /// Whether a subject lies in the pattern's set. The subject's own wildcard characters are taken as they stand, since
    /// a server lets a client publish to `a.*` as if it were literal. A text with an empty token (`a..b`) is no subject and
    /// lies in no set.
    public func matches(_ subject: Span<UInt8>) -> Bool {
        var position = 0
        var start = 0
        while true {
            var end = start
            while end < subject.count, subject[end] != UInt8(ascii: ".") { end += 1 }
            guard end > start else { return false }
            if position < tokens.count {
                if case .literal(let bytes) = tokens[position], !equal(bytes, subject, start, end) { return false }
            } else if !hasTail {
                return false
            }
            position += 1
            if end == subject.count { return hasTail ? position > tokens.count : position == tokens.count }
            start = end + 1
        }
    }

    /// Whether every subject of this pattern lies in `other`.
    public func isContained(in other: Pattern) -> Bool {
        if hasTail {
            guard other.hasTail, tokens.count >= other.tokens.count else { return false }
        } else if other.hasTail {
            guard tokens.count > other.tokens.count else { return false }
        } else {
            guard tokens.count == other.tokens.count else { return false }
        }
        return zip(tokens, other.tokens).allSatisfy { $1 == .any || $0 == $1 }
    }

    /// Whether some subject lies in both patterns.
    public func overlaps(_ other: Pattern) -> Bool {
        guard hasMeetingLength(other) else { return false }
        for index in 0..<min(tokens.count, other.tokens.count) {
            guard tokens[index] == .any || other.tokens[index] == .any || tokens[index] == other.tokens[index] else {
                return false
            }
        }
        return true
    }

    /// Whether some number of tokens is possible in both.
    private func hasMeetingLength(_ other: Pattern) -> Bool {
        if tokens.count == other.tokens.count { return hasTail == other.hasTail }
        return tokens.count < other.tokens.count ? hasTail : other.hasTail
    }

    /// The subjects that lie in both patterns: one pattern, or nil where there are none.
    ///
    /// Two patterns meet in a single pattern because each position is decided by itself.
    public func intersection(_ other: Pattern) -> Pattern? {
        let (short, long) = tokens.count <= other.tokens.count ? (self, other) : (other, self)
        guard short.tokens.count == long.tokens.count || short.hasTail else { return nil }
        if short.tokens.count == long.tokens.count, short.hasTail != long.hasTail {
            // One ends here, the other needs a token more.
            return nil
        }
        var meet = long.tokens
        for (index, token) in short.tokens.enumerated() {
            switch (token, meet[index]) {
            case (.any, _): break
            case (_, .any): meet[index] = token
            default: guard token == meet[index] else { return nil }
            }
        }
        return Pattern(tokens: meet, hasTail: long.hasTail)
    }

    private func equal(_ bytes: [UInt8], _ subject: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard bytes.count == end - start else { return false }
        for index in bytes.indices where bytes[index] != subject[start + index] { return false }
        return true
    }
}
