// What makes new lists out of lists.

extension ShapeList {
    /// The subjects that lie in both lists.
    ///
    /// A member that lies in the other list as a whole is taken as it is, so that only what overlaps in part is met pair
    /// by pair.
    func intersection(_ other: ShapeList, _ effort: inout Effort) throws(SubjectsTooLarge) -> ShapeList {
        effort.beginList()
        var result = ShapeList()
        let rest = try split(by: other, into: &result, &effort)
        let otherRest = try ShapeList(other.split(by: self, into: &result, &effort))
        for shape in rest {
            var steps = 0
            let numbers = otherRest.meeting(shape, steps: &steps)
            try effort.spend(steps)
            for number in numbers {
                try effort.spend(shape.stem.count + otherRest.shapes[number].stem.count + 1)
                guard let meet = shape.meet(otherRest.shapes[number]) else { continue }
                try result.add(meet, &effort)
            }
        }
        return result
    }

    /// Moves what lies in `other` as a whole into `inside`, and returns the rest of each member.
    private func split(
        by other: ShapeList, into inside: inout ShapeList, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> [Shape] {
        var rest: [Shape] = []
        for shape in shapes {
            let contained = try other.lengths(containing: shape, &effort)
            if !contained.isEmpty { try inside.add(Shape(stem: shape.stem, lengths: contained), &effort) }
            let remaining = shape.lengths.subtracting(contained)
            if !remaining.isEmpty { rest.append(Shape(stem: shape.stem, lengths: remaining)) }
        }
        return rest
    }

    /// The members, each only at those lengths at which it lies in `other` as a whole, and at the others.
    func parted(
        by other: ShapeList, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> (inside: ShapeList, outside: ShapeList) {
        var inside = ShapeList()
        let outside = try split(by: other, into: &inside, &effort)
        // Mostly nothing lies inside: then the list is what it was.
        return (inside, inside.isEmpty ? self : ShapeList(outside))
    }

    func lengths(containing shape: Shape, _ effort: inout Effort) throws(SubjectsTooLarge) -> LengthSet {
        var steps = 0
        let result = lengths(containing: shape.stem, within: shape.lengths, steps: &steps)
        try effort.spend(steps)
        return result
    }

    private mutating func add(_ shape: Shape, _ effort: inout Effort) throws(SubjectsTooLarge) {
        let before = shapes.count
        insert(shape)
        try effort.spend(shape.stem.count + shape.lengths.runCount, terms: shapes.count - before)
    }

    /// The list as few patterns as there can be, the same for every way to write the same union.
    ///
    /// The words of one length that lie in the union, and in no greater word that does, are determined by the union. Of
    /// the patterns inside the union that such a word is a slice of, one contains all others: the word itself, or the
    /// stem with the least number of `*` and a `>`. These patterns are the list. None can be left out, since only
    /// patterns of that family contain the word.
    func irredundant(_ effort: inout Effort) throws(SubjectsTooLarge) -> IrredundantList {
        effort.beginList()
        var result: [IrredundantList.Member] = []
        var isSame = true
        for (number, shape) in shapes.enumerated() {
            var steps = 0
            let possible = LengthSet(from: max(1, shape.stem.count))
            let greater = lengths(containing: shape.stem, within: possible, excluding: number, steps: &steps)
            try effort.spend(steps)
            let own = shape.lengths.subtracting(greater)
            guard !own.isEmpty else {
                isSame = false
                continue
            }
            var shown = own
            if let endless = shape.lengths.union(greater).endlessStart {
                let start = max(endless, shape.stem.count + 1)
                if own.first(from: start) != nil { shown = own.union(LengthSet(from: start)) }
            }
            if shown != shape.lengths { isSame = false }
            result.append(IrredundantList.Member(shape: Shape(stem: shape.stem, lengths: shown), own: own))
            try effort.spend(1, terms: 1)
        }
        return IrredundantList(members: result, shapes: isSame ? self : ShapeList(result.lazy.map(\.shape)))
    }
}

/// A list of shapes none of which can be left out.
struct IrredundantList: Sendable {
    struct Member: Sendable {
        /// What is shown.
        let shape: Shape
        /// The lengths at which no other member contains the word.
        let own: LengthSet
    }

    let members: [Member]
    /// The members as they are shown.
    let shapes: ShapeList

    var isEmpty: Bool { members.isEmpty }

    /// The patterns, sorted by their number of tokens (a `>` counts as one), then by their bytes.
    func patterns(_ effort: inout Effort) throws(SubjectsTooLarge) -> [Pattern] {
        effort.beginList()
        var result: [(pattern: Pattern, bytes: [UInt8])] = []
        for member in members {
            for pattern in try member.shape.patterns(&effort) { result.append((pattern, pattern.bytes)) }
        }
        return result.sorted { Self.isBefore($0, $1) }.map(\.pattern)
    }

    static func isBefore(
        _ one: (pattern: Pattern, bytes: [UInt8]), _ other: (pattern: Pattern, bytes: [UInt8])
    ) -> Bool {
        let (length, otherLength) = (one.pattern.shownLength, other.pattern.shownLength)
        return length == otherLength ? one.bytes.lexicographicallyPrecedes(other.bytes) : length < otherLength
    }

    /// The first pattern in that order, and a length at which its word is in no other member.
    func first(_ effort: inout Effort) throws(SubjectsTooLarge) -> (pattern: Pattern, length: Int)? {
        var best: (pattern: Pattern, bytes: [UInt8], length: Int)?
        for member in members {
            guard let shortest = member.shape.lengths.shortest, let length = member.own.first(from: shortest) else {
                continue
            }
            if let best, best.pattern.shownLength < shortest { continue }
            try effort.spend(shortest)
            // The first pattern of a member is of its shortest length, or begins there with its tail.
            let hasTail = member.shape.lengths.endlessStart == shortest && shortest > member.shape.stem.count
            let pattern = hasTail ? member.shape.pattern(from: shortest) : member.shape.pattern(length: shortest)
            let candidate = (pattern: pattern, bytes: pattern.bytes, length: length)
            if let best, !Self.isBefore((pattern, candidate.bytes), (best.pattern, best.bytes)) { continue }
            best = candidate
        }
        return best.map { ($0.pattern, $0.length) }
    }
}

extension Pattern {
    /// The number of tokens of its text.
    var shownLength: Int { tokens.count + (hasTail ? 1 : 0) }
}
