import Subjects

/// Patterns by their first token, so that few are compared.
struct FirstTokens {
    private var byToken: [[UInt8]: [Int]] = [:]
    private var open: [Int] = []
    private let count: Int

    init(_ patterns: [Pattern]) {
        count = patterns.count
        for (number, pattern) in patterns.enumerated() {
            if case .literal(let token)? = pattern.tokens.first {
                byToken[token, default: []].append(number)
            } else {
                open.append(number)
            }
        }
    }

    /// The places of patterns that may meet another one.
    func candidates(_ pattern: Pattern) -> [Int] {
        guard case .literal(let token)? = pattern.tokens.first else { return Array(0..<count) }
        return open + byToken[token, default: []]
    }
}
