extension SubjectSet {
    /// The canonical form: the same for every way to write the same set.
    ///
    /// The first line is the least list of patterns X that contains the set, except the least list Y that contains what X
    /// has too much; the second line is what Y takes away wrongly, written the same way; and so on. A list of patterns, or
    /// one except another, has one line; a difference of two such has at most two. The empty set has none.
    public func lines() throws(SubjectsTooLarge) -> SubjectLines {
        var effort = Effort()
        return try lines(&effort)
    }

    /// The set as a plain list of patterns in canonical form, or nil where no list of patterns is this set.
    ///
    /// `a.>` except `a.*` is `a.*.>`; but `a.>` except `a.b` is no list. A set is one if and only if it contains, with
    /// each of its subjects, all that have other tokens where it has tokens that no rule names: if the first level of its
    /// canonical form is all there is.
    public func patterns() throws(SubjectsTooLarge) -> [Pattern]? {
        var effort = Effort()
        let least = try leastList(&effort)
        guard try SubjectSet(levels: [least.shapes]).isSubset(of: self, &effort) else { return nil }
        return try least.patterns(&effort)
    }

    /// The least list of patterns that contains the set, in canonical form.
    public func leastPatterns() throws(SubjectsTooLarge) -> [Pattern] {
        var effort = Effort()
        return try leastList(&effort).patterns(&effort)
    }

    /// A list of patterns that contains the set, at no cost: the answer to show as `at most` where an exact one is too
    /// large.
    public var bound: SubjectSet {
        SubjectSet(levels: Array(levels.prefix(1)))
    }

    package func lines(_ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectLines {
        var shown: [[Pattern]] = []
        for level in try canonicalLevels(&effort) { shown.append(try level.patterns(&effort)) }
        return SubjectLines(
            lines: stride(from: 0, to: shown.count, by: 2).map { index in
                SubjectLines.Line(
                    patterns: shown[index], exceptions: index + 1 < shown.count ? shown[index + 1] : [])
            })
    }

    /// The same set with as few levels as there can be, each in the one before.
    func canonical(_ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectSet {
        SubjectSet(levels: try canonicalLevels(&effort).map(\.shapes))
    }

    /// Z₁ = cl(S), Z₂ = cl(Z₁ ∖ S) and so on. With S = X₁ except (X₂ except R), and since Z₁ lies in X₁, Z₁ ∖ S is
    /// (Z₁ ∩ X₂) except R, which is a chain again.
    private func canonicalLevels(_ effort: inout Effort) throws(SubjectsTooLarge) -> [IrredundantList] {
        var result: [IrredundantList] = []
        var rest = self
        while true {
            let least = try rest.leastList(&effort)
            guard !least.isEmpty else { return result }
            result.append(least)
            guard rest.levels.count > 1 else { return result }
            guard result.count < Self.maximumLevels else { throw .levels(Self.maximumLevels) }
            let excess = try least.shapes.intersection(rest.levels[1], &effort)
            rest = SubjectSet(levels: [excess] + rest.levels.dropFirst(2))
        }
    }

    /// cl(S), the least list of patterns around the set.
    ///
    /// A word of X₁ that does not lie in X₂ as a whole is in it. The other subjects of the set are in words of X₁ that do
    /// lie in X₂, and in X₃ too: their meets with X₃ take the place of X₁, and the rest of the chain that of X₂.
    func leastList(_ effort: inout Effort) throws(SubjectsTooLarge) -> IrredundantList {
        guard var words = levels.first else { return IrredundantList(members: [], shapes: ShapeList()) }
        var result = ShapeList()
        var next = 1
        while next < levels.count {
            effort.beginList()
            let (inside, outside) = try words.parted(by: levels[next], &effort)
            result = result.union(outside)
            next += 1
            guard next < levels.count else { return try result.irredundant(&effort) }
            words = try inside.intersection(levels[next], &effort)
            next += 1
        }
        return try result.union(words).irredundant(&effort)
    }
}

/// A set of subjects in canonical form: equal sets have equal lines.
public struct SubjectLines: Sendable, Hashable, CustomStringConvertible {
    /// Patterns except patterns.
    public struct Line: Sendable, Hashable, CustomStringConvertible {
        /// At least one. Sorted by the number of tokens (a `>` counts as one), then by bytes; none can be left out.
        public let patterns: [Pattern]
        /// Sorted likewise; each lies in ``patterns`` as far as all of them together are concerned.
        public let exceptions: [Pattern]

        public var description: String {
            let shown = patterns.map(\.description).joined(separator: ", ")
            return exceptions.isEmpty
                ? shown : shown + " except " + exceptions.map(\.description).joined(separator: ", ")
        }
    }

    public let lines: [Line]

    /// The lines, each on one; `nothing` for the empty set.
    public var description: String {
        lines.isEmpty ? "nothing" : lines.map(\.description).joined(separator: "\n")
    }
}

extension SubjectSet {
    /// The set that lines stand for.
    public init(_ lines: SubjectLines) {
        self.init(levels: lines.lines.flatMap { [ShapeList($0.patterns), ShapeList($0.exceptions)] })
    }
}
