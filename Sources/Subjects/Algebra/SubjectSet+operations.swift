// Sets made of sets. Each operation returns a chain that need not be canonical; what is not decided yet costs nothing.

extension SubjectSet {
    /// The subjects that lie in one of the sets or in both.
    public func union(_ other: SubjectSet) throws(SubjectsTooLarge) -> SubjectSet {
        var effort = Effort()
        return try union(other, &effort)
    }

    /// The subjects that lie in both sets.
    public func intersection(_ other: SubjectSet) throws(SubjectsTooLarge) -> SubjectSet {
        var effort = Effort()
        return try intersection(other, &effort)
    }

    /// The subjects of this set that do not lie in the other.
    public func subtracting(_ other: SubjectSet) throws(SubjectsTooLarge) -> SubjectSet {
        var effort = Effort()
        return try subtracting(other, &effort)
    }

    package func union(_ other: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectSet {
        if levels.isEmpty { return other }
        if other.levels.isEmpty { return self }
        guard let (a, d) = asTwoLevels, let (b, e) = other.asTwoLevels else {
            return try combined(with: other, &effort) { $0 || $1 }
        }
        // Outside a ∪ b nothing counts. Inside, what both exceptions leave alone is in; of the rest, what lies in one
        // set's exception and in the other set.
        if d.isEmpty || e.isEmpty { return SubjectSet(levels: [a.union(b), d.union(e), d.isEmpty ? a : b]) }
        let back = try d.intersection(b, &effort).union(e.intersection(a, &effort))
        return try SubjectSet(levels: [a.union(b), d.union(e), back, d.intersection(e, &effort)])
    }

    package func intersection(_ other: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectSet {
        guard let (a, d) = asTwoLevels, let (b, e) = other.asTwoLevels else {
            return try combined(with: other, &effort) { $0 && $1 }
        }
        return try SubjectSet(levels: [a.intersection(b, &effort), d.union(e)])
    }

    package func subtracting(_ other: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectSet {
        if levels.count == 1, other.levels.count < Self.maximumLevels {
            return SubjectSet(levels: levels + other.levels)
        }
        guard let (a, d) = asTwoLevels, let (b, e) = other.asTwoLevels else {
            return try combined(with: other, &effort) { $0 && !$1 }
        }
        return SubjectSet(levels: [a, d.union(b), e, d])
    }

    private var asTwoLevels: (patterns: ShapeList, exceptions: ShapeList)? {
        switch levels.count {
        case 0: (ShapeList(), ShapeList())
        case 1: (levels[0], ShapeList())
        case 2: (levels[0], levels[1])
        default: nil
        }
    }

    /// Any combination, of chains of any length, by heights.
    ///
    /// In canonical form each level lies in the one before, so a subject's height in a chain is how many levels contain
    /// it, and a more special subject is at least as high in both. Whether a subject is in the result depends on its two
    /// heights alone. Let m(i, j) be the most changes between out and in that a climb from (0, 0) to (i, j) can have:
    /// then the subjects with m ≥ r are a list of patterns, the union of X_i ∩ Y_j over the least (i, j) with m(i, j) ≥ r,
    /// and these lists are the levels of the result, since m is odd exactly where the combination holds.
    private func combined(
        with other: SubjectSet, _ effort: inout Effort, _ holds: (Bool, Bool) -> Bool
    ) throws(SubjectsTooLarge) -> SubjectSet {
        let (one, two) = try (canonical(&effort).levels, other.canonical(&effort).levels)
        var changes = [[Int]](repeating: [Int](repeating: 0, count: two.count + 1), count: one.count + 1)
        var levels: [ShapeList] = []
        for i in 0...one.count {
            for j in 0...two.count {
                let below = max(i > 0 ? changes[i - 1][j] : 0, j > 0 ? changes[i][j - 1] : 0)
                let isIn = holds(!i.isMultiple(of: 2), !j.isMultiple(of: 2))
                changes[i][j] = below + (isIn == below.isMultiple(of: 2) ? 1 : 0)
                guard changes[i][j] > below else { continue }
                guard changes[i][j] <= Self.maximumLevels else { throw .levels(Self.maximumLevels) }
                let part = i == 0 ? two[j - 1] : j == 0 ? one[i - 1] : try one[i - 1].intersection(two[j - 1], &effort)
                if changes[i][j] > levels.count { levels.append(ShapeList()) }
                levels[changes[i][j] - 1] = levels[changes[i][j] - 1].union(part)
                guard levels[changes[i][j] - 1].shapes.count <= effort.maximumTerms else {
                    throw .terms(effort.maximumTerms)
                }
            }
        }
        return SubjectSet(levels: levels)
    }
}
