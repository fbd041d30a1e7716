/// A set of subjects, given by patterns minus patterns.
///
/// The sets that policies speak of: what a role may publish is a list of patterns except those of another list, what it
/// gains by a change is a difference of two such sets, and so on. All operations are exact.
///
/// ```swift
/// let old = SubjectSet(oldRole.allow, except: oldRole.deny)
/// let new = SubjectSet(newRole.allow, except: newRole.deny)
/// let gained = try new.subtracting(old)
/// for line in try gained.lines().lines { print("gains", line) }    // gains orders.* except orders.secret
/// if let subject = try gained.witness() { print("such as", subject) }
/// let lost = try old.subtracting(new)
/// ```
///
/// ## What it is
/// A chain of levels, each a list of patterns: X₁ except (X₂ except (X₃ …)). A subject is in the set if the first level
/// that it does not lie in has an even number. Such chains are closed under everything that is offered here, because
/// every finite Boolean combination of patterns is one:
///
/// - Tokens that no rule names are all alike, so a combination treats subjects alike that agree in the tokens that are
///   named. Call a subject *more special* than another if it has a named token wherever that one has, the same one, and
///   perhaps more. A list of patterns is exactly a set that contains, with each subject, all more special ones.
/// - Every set S has a least list of patterns around it, cl(S): take each subject of S and put `*` for its unnamed tokens.
///   No list can do with less, since tokens are without end: finitely many patterns with a literal in a place cannot
///   contain all subjects that have any token there.
/// - So S = cl(S) except (cl(S) ∖ S), the second part likewise, and so on. It ends, since what is left is more special
///   each time, and no subject has more than as many named tokens as it has tokens of the longest rule.
///
/// That last chain is the canonical form, see ``lines()``: equal sets have equal forms.
///
/// ## What it costs
/// With lists of n patterns the trie of ``ShapeList`` answers *which members contain this* and *which meet it* in a few
/// steps each, at worst in as many as the list has tokens. For two sets of two levels, A∖D and A′∖D′, deciding takes at
/// most |A|·(1 + |D′|) such questions, building a canonical form |A|·|D|. No operation takes more than
/// ``maximumSteps`` or makes a list of more than ``maximumTerms`` patterns: it throws ``SubjectsTooLarge`` instead.
/// A pattern of thousands of tokens or of `*` costs no more than its tokens.
public struct SubjectSet: Sendable {
    /// More patterns than this are in no list that an operation makes.
    public static let maximumTerms = 100_000
    /// An operation takes no more steps than this: two or three seconds.
    public static let maximumSteps = 20_000_000
    /// Differences are nested no more deeply than this.
    public static let maximumLevels = 64

    /// The levels, without empty ones at the end. They need not lie in each other.
    let levels: [ShapeList]

    init(levels: [ShapeList]) {
        // Behind an empty level nothing counts.
        self.levels = Array(levels.prefix { !$0.isEmpty })
    }

    /// No subject.
    public static let nothing = SubjectSet(levels: [])
    /// Every subject.
    public static let everything = SubjectSet(levels: [ShapeList([.everything])])

    /// The subjects that lie in one of `patterns` and in none of `exceptions`.
    ///
    /// Takes time linear in the number of tokens.
    public init(_ patterns: [Pattern], except exceptions: [Pattern] = []) {
        self.init(levels: [ShapeList(patterns), ShapeList(exceptions)])
    }

    /// All other subjects.
    public var complement: SubjectSet {
        guard let first = levels.first, first.shapes == [.everything] else {
            return SubjectSet(levels: [ShapeList([.everything])] + levels)
        }
        return SubjectSet(levels: Array(levels.dropFirst()))
    }
}

extension SubjectSet {
    /// Whether a subject lies in the set. Its wildcard characters are taken as they stand, and it is not checked for being
    /// well formed.
    public func contains(_ subject: Span<UInt8>) -> Bool {
        let tokens = subject.withUnsafeBufferPointer { bytes in
            bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
        }
        return contains(tokens: tokens)
    }

    package func contains(tokens: [[UInt8]]) -> Bool {
        let height = levels.firstIndex { !$0.contains(subject: tokens) } ?? levels.count
        return !height.isMultiple(of: 2)
    }

    /// Whether every subject of the pattern lies in the set.
    public func contains(_ pattern: Pattern) throws(SubjectsTooLarge) -> Bool {
        try SubjectSet([pattern]).isSubset(of: self)
    }

    /// Whether there is no subject in the set.
    public func isEmpty() throws(SubjectsTooLarge) -> Bool {
        var effort = Effort()
        return try isEmpty(&effort)
    }

    /// Whether every subject of the set lies in `other`.
    public func isSubset(of other: SubjectSet) throws(SubjectsTooLarge) -> Bool {
        var effort = Effort()
        return try isSubset(of: other, &effort)
    }

    /// Whether some subject lies in both sets.
    public func overlaps(_ other: SubjectSet) throws(SubjectsTooLarge) -> Bool {
        var effort = Effort()
        return try overlaps(other, &effort)
    }

    /// Whether both sets have the same subjects.
    public func isEqual(to other: SubjectSet) throws(SubjectsTooLarge) -> Bool {
        var effort = Effort()
        return try isEqual(to: other, &effort)
    }

    package func isEmpty(_ effort: inout Effort) throws(SubjectsTooLarge) -> Bool {
        try WordSearch(first: levels, second: [], combination: .onlyFirst).word(&effort) == nil
    }

    package func isSubset(of other: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> Bool {
        try WordSearch(first: levels, second: other.levels, combination: .onlyFirst).word(&effort) == nil
    }

    package func overlaps(_ other: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> Bool {
        try WordSearch(first: levels, second: other.levels, combination: .both).word(&effort) != nil
    }

    package func isEqual(to other: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> Bool {
        try WordSearch(first: levels, second: other.levels, combination: .exactlyOne).word(&effort) == nil
    }
}
