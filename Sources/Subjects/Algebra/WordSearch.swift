/// Looks for a word (a shape) of which every subject that has no token in common with the rules lies in a Boolean
/// combination of two sets: the decision procedure behind emptiness, containment, overlap and equality.
///
/// Both sets are chains of levels, `X₁ except (X₂ except (X₃ …))`. A subject is at height `i` of a chain if it lies in
/// X₁ … Xᵢ and not in Xᵢ₊₁, and is in the set if `i` is odd. The tokens that no rule names are all alike, and there is
/// always another one. So a word `w` stands for the subjects that fit it and are otherwise as far from the rules as can
/// be, which are at height `i` where `w` as a whole lies in X₁ … Xᵢ and not in Xᵢ₊₁ (tokens being without end, it lies
/// in a union only if it lies in one member). All other subjects of `w` are higher, so they lie in a meet of `w` with a
/// member of Xᵢ₊₁ or of the other chain's next level, and the search goes on there. It ends because each step climbs.
///
/// For A∖D ⊆ A′∖D′ this comes to: each word of A lies in A′ or in D, and its meet with each member of D′ lies in D.
struct WordSearch {
    enum Combination {
        case both
        case onlyFirst
        case exactlyOne

        func holds(_ inFirst: Bool, _ inSecond: Bool) -> Bool {
            switch self {
            case .both: inFirst && inSecond
            case .onlyFirst: inFirst && !inSecond
            case .exactlyOne: inFirst != inSecond
            }
        }
    }

    let first: [ShapeList]
    let second: [ShapeList]
    let combination: Combination

    /// A word with only lengths at which it stands for subjects of the combination, or nil if that is empty.
    func word(_ effort: inout Effort) throws(SubjectsTooLarge) -> Shape? {
        try word(in: .everything, 0, 0, staysInFirst: false, &effort)
    }

    /// - Parameters:
    ///   - shape: lies in the first `i` levels of the first chain and the first `j` of the second.
    ///   - staysInFirst: whether only subjects at height `i` exactly are looked for, since all higher ones are elsewhere.
    private func word(
        in shape: Shape, _ i: Int, _ j: Int, staysInFirst: Bool, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> Shape? {
        guard canHold(i, j, staysInFirst: staysInFirst) else { return nil }
        var lengths = shape.lengths
        if i < first.count {
            let higher = try self.lengths(of: shape.stem, lengths, in: first[i], &effort)
            lengths = lengths.subtracting(higher)
            if !staysInFirst, !higher.isEmpty {
                let part = Shape(stem: shape.stem, lengths: higher)
                if let found = try word(in: part, i + 1, j, staysInFirst: false, &effort) { return found }
            }
        }
        if j < second.count, !lengths.isEmpty {
            let higher = try self.lengths(of: shape.stem, lengths, in: second[j], &effort)
            lengths = lengths.subtracting(higher)
            if !higher.isEmpty {
                let part = Shape(stem: shape.stem, lengths: higher)
                if let found = try word(in: part, i, j + 1, staysInFirst: staysInFirst, &effort) { return found }
            }
        }
        guard !lengths.isEmpty else { return nil }
        let rest = Shape(stem: shape.stem, lengths: lengths)
        if combination.holds(!i.isMultiple(of: 2), !j.isMultiple(of: 2)) { return rest }
        if !staysInFirst, i < first.count, canHold(i + 1, j, staysInFirst: false) {
            for part in try meets(rest, first[i], &effort) {
                if let found = try word(in: part, i + 1, j, staysInFirst: false, &effort) { return found }
            }
        }
        if j < second.count, canHold(i, j + 1, staysInFirst: true) {
            for part in try meets(rest, second[j], &effort) {
                if let found = try word(in: part, i, j + 1, staysInFirst: true, &effort) { return found }
            }
        }
        return nil
    }

    /// Whether the combination holds at these heights or at some that can be reached from here.
    private func canHold(_ i: Int, _ j: Int, staysInFirst: Bool) -> Bool {
        for height in i...(staysInFirst ? i : min(i + 1, first.count)) {
            for other in j...min(j + 1, second.count)
            where combination.holds(!height.isMultiple(of: 2), !other.isMultiple(of: 2)) {
                return true
            }
        }
        return false
    }

    private func lengths(
        of stem: [Pattern.Token], _ lengths: LengthSet, in list: ShapeList, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> LengthSet {
        var steps = 0
        let result = list.lengths(containing: stem, within: lengths, steps: &steps)
        try effort.spend(steps)
        return result
    }

    private func meets(
        _ shape: Shape, _ list: ShapeList, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> LazyMeets {
        var steps = 0
        let numbers = list.meeting(shape, steps: &steps)
        try effort.spend(steps + numbers.count * (1 + shape.stem.count))
        return LazyMeets(shape: shape, list: list, numbers: numbers)
    }
}

/// The meets of a shape with some shapes of a list, each made when it is asked for.
private struct LazyMeets: Sequence, IteratorProtocol {
    let shape: Shape
    let list: ShapeList
    var numbers: [Int]

    mutating func next() -> Shape? {
        while let number = numbers.popLast() {
            if let meet = list.shapes[number].meet(shape) { return meet }
        }
        return nil
    }
}
