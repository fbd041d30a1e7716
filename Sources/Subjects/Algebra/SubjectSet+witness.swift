extension SubjectSet {
    /// A subject of the set, to show what is meant; nil where the set is empty.
    ///
    /// The first of `preferred` that lies in the set, such as one that was really used. Otherwise the first pattern of the
    /// canonical form (see ``lines()``) with each `*` filled with a token that no rule names, `x1`, `x2` and so on, and a
    /// `>` with one, or with as many as it takes to be outside the exceptions. Equal sets that name the same tokens have
    /// the same witness.
    ///
    /// - Parameter preferred: subjects as bytes.
    public func witness(preferring preferred: some Sequence<[UInt8]> = EmptyCollection()) throws(SubjectsTooLarge)
        -> [UInt8]?
    {
        for subject in preferred where contains(subject.span) { return subject }
        var effort = Effort()
        guard let (pattern, length) = try leastList(&effort).first(&effort) else { return nil }
        return fill(pattern, length: length)
    }

    private func fill(_ pattern: Pattern, length: Int) -> [UInt8] {
        var fresh = FreshTokens { token in levels.contains { $0.names(token) } }
        var subject: [UInt8] = []
        for index in 0..<length {
            if index > 0 { subject.append(UInt8(ascii: ".")) }
            if index < pattern.tokens.count, case .literal(let bytes) = pattern.tokens[index] {
                subject.append(contentsOf: bytes)
            } else {
                subject.append(contentsOf: fresh.next())
            }
        }
        return subject
    }

    /// The tokens that some rule of the set names, in no order, each once.
    ///
    /// All others are alike to the set: what holds for a subject with one of them holds for the same subject with another.
    public var namedTokens: Set<[UInt8]> {
        levels.reduce(into: []) { $0.formUnion($1.namedTokens) }
    }
}

/// The tokens `x1`, `x2`, … without those that are taken.
public struct FreshTokens {
    private let isTaken: ([UInt8]) -> Bool
    private var number = 0

    /// - Parameter isTaken: must be false for all but finitely many tokens.
    public init(isTaken: @escaping ([UInt8]) -> Bool) {
        self.isTaken = isTaken
    }

    public mutating func next() -> [UInt8] {
        while true {
            number += 1
            let token = Array("x\(number)".utf8)
            if !isTaken(token) { return token }
        }
    }
}
