/// A set of subjects that is exactly what was asked for, or contains it.
public struct SubjectBound: Sendable {
    public let set: SubjectSet
    /// Whether the set is what was asked for. Otherwise it contains that and perhaps more, and is shown as `at most`.
    public let isExact: Bool

    public init(_ set: SubjectSet, isExact: Bool) {
        self.set = set
        self.isExact = isExact
    }

    package func union(_ other: SubjectBound, _ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectBound {
        SubjectBound(try set.union(other.set, &effort), isExact: isExact && other.isExact)
    }
}

extension SubjectTransform {
    /// What can come out when subjects of the set go in.
    ///
    /// Exact for transforms that only move wildcards, each to at most one place, and wherever a function's tokens are all
    /// known. Otherwise at most the result, with each function's token taken for any token: `b.{{partition(3,1)}}.$1` makes
    /// `b.*.x` out of `a.x` only if `a.x` is asked about as part of `a.*`.
    public func image(of set: SubjectSet) throws(SubjectsTooLarge) -> SubjectBound {
        var effort = Effort()
        return try image(of: set, &effort)
    }

    /// The subjects from which a subject of the set can come out.
    ///
    /// Exact for transforms without functions, wildcards that are dropped or used twice included. Otherwise at most the
    /// result.
    public func preimage(of set: SubjectSet) throws(SubjectsTooLarge) -> SubjectBound {
        var effort = Effort()
        return try preimage(of: set, &effort)
    }

    /// The subjects of a pattern, renamed: one pattern, or nil where none lies in ``source``. For transforms that are no
    /// renamings, the least pattern around the result that is known.
    public func apply(to pattern: Pattern) -> Pattern? {
        guard let meet = Shape(source).meet(Shape(pattern)), let image = image(of: meet, isException: false)?.shape
        else {
            return nil
        }
        guard let shortest = image.lengths.shortest else { return nil }
        return image.lengths.longest == LengthSet.endless
            ? image.pattern(from: shortest) : image.pattern(length: shortest)
    }

    package func image(of set: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectBound {
        let isFixed = elements.allSatisfy(\.isOneToken)
        let dropped = droppedPlaces
        if isFixed, !dropped.isEmpty { return try projection(of: set, dropping: dropped, &effort) }
        // Each wildcard comes out as a token of its own, in a place of its own, so what comes out tells what went in, and
        // each level can be transformed by itself. Where functions make several tokens, the places are not known:
        // exceptions are given up.
        var isExact = isFixed || set.levels.count <= 1
        var levels: [ShapeList] = []
        for (height, level) in set.levels.prefix(isFixed ? set.levels.count : 1).enumerated() {
            let isException = !height.isMultiple(of: 2)
            let (list, isListExact) = try image(of: level.shapes, isException: isException, &effort)
            levels.append(list)
            isExact = isExact && isListExact
        }
        return SubjectBound(SubjectSet(levels: levels), isExact: isExact)
    }

    /// The wildcards' places in the source that do not come out as they are.
    private var droppedPlaces: [Int] {
        var isKept = [Bool](repeating: false, count: wildcardPlaces.count)
        for case .wildcard(let number) in elements { isKept[number] = true }
        return wildcardPlaces.indices.filter { !isKept[$0] }.map { wildcardPlaces[$0] }
    }

    /// The image under a transform that drops tokens.
    ///
    /// A subject comes out of `a` except D if some choice of the dropped tokens leads outside D. A token that no rule names
    /// is the best choice where `a` has `*`, so of D only those members count that have `*` there too. Words of `a` with
    /// the same tokens in the dropped places meet the same members of D.
    private func projection(
        of set: SubjectSet, dropping places: [Int], _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> SubjectBound {
        var result = SubjectBound(.nothing, isExact: true)
        let levels = set.levels.count <= 2 ? set.levels : try set.canonical(&effort).levels
        for index in stride(from: 0, to: levels.count, by: 2) {
            let exceptions = index + 1 < levels.count ? levels[index + 1] : ShapeList()
            var groups: [[Pattern.Token]: [Shape]] = [:]
            for shape in levels[index].shapes {
                try effort.spend(shape.stem.count + places.count)
                guard let meet = shape.meet(Shape(source)) else { continue }
                groups[places.map { meet.token($0) }, default: []].append(meet)
            }
            for (chosen, shapes) in groups {
                var applicable: [Shape] = []
                for shape in exceptions.shapes {
                    try effort.spend(shape.stem.count + places.count)
                    guard let meet = shape.meet(Shape(source)) else { continue }
                    let isApplicable = zip(places, chosen).allSatisfy { place, token in
                        meet.token(place) == .any || meet.token(place) == token
                    }
                    if isApplicable { applicable.append(meet.replacing(places, with: chosen)) }
                }
                let (patterns, isExact) = try image(of: shapes, isException: false, &effort)
                let (excepted, _) = try image(of: applicable, isException: true, &effort)
                let part = SubjectSet(levels: [patterns, excepted])
                result = try result.union(SubjectBound(part, isExact: isExact), &effort)
            }
        }
        return result
    }

    private func image(
        of shapes: [Shape], isException: Bool, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> (list: ShapeList, isExact: Bool) {
        effort.beginList()
        var isExact = true
        var result: [Shape] = []
        let from = Shape(source)
        for shape in shapes {
            try effort.spend(shape.stem.count + source.tokens.count + elements.count, terms: 1)
            guard let meet = shape.meet(from), let (image, isImageExact) = image(of: meet, isException: isException)
            else { continue }
            result.append(image)
            isExact = isExact && isImageExact
        }
        return (ShapeList(result), isExact)
    }

    /// What comes out of a shape that lies in ``source``; nil if no subject does.
    ///
    /// - Parameter isException: whether all subjects are meant that have the shape's tokens where ``source``'s wildcards
    ///   come out first, whatever functions make of the others. That is never too much, see above.
    private func image(of shape: Shape, isException: Bool) -> (shape: Shape, isExact: Bool)? {
        var tokens: [Pattern.Token] = []
        var isExact = true
        var isKept = [Bool](repeating: false, count: wildcardPlaces.count)
        for (number, element) in elements.enumerated() {
            switch element {
            case .literal(let bytes):
                tokens.append(.literal(bytes))
                continue
            case .wildcard(let wildcard) where !isKept[wildcard]:
                isKept[wildcard] = true
                tokens.append(shape.token(wildcardPlaces[wildcard]))
                continue
            default: break
            }
            if !isException, let known = known(element, shape) {
                guard let made = known else { return nil }
                tokens.append(contentsOf: made)
                continue
            }
            // What a function makes of unknown tokens, and the same token twice, is more than patterns can say.
            isExact = isException
            guard element.isOneToken else {
                // One token or more, and whatever follows.
                let least = tokens.count + elements.count - number + (source.hasTail ? 1 : 0)
                return (Shape(trimming: tokens, lengths: LengthSet(from: least)), false)
            }
            tokens.append(.any)
        }
        let offset = tokens.count - source.tokens.count
        tokens.append(contentsOf: shape.stem.dropFirst(source.tokens.count))
        return (Shape(trimming: tokens, lengths: shape.lengths.shifted(by: offset)), isExact)
    }

    /// What an element makes of the shape's tokens, if these are all known: nil inside if that is no subject.
    private func known(_ element: TransformElement, _ shape: Shape) -> [Pattern.Token]?? {
        let wildcards: [Int]
        switch element {
        case .literal(let bytes): return [.literal(bytes)]
        case .wildcard(let number), .split(let number, _), .cut(let number, _, _): wildcards = [number]
        case .partition(_, let numbers) where !numbers.isEmpty: wildcards = numbers
        case .partition:
            // Of the whole subject: that is known if the shape is a single one.
            guard shape.lengths == LengthSet(shape.stem.count), !shape.stem.contains(.any) else { return nil }
            wildcards = []
        case .random(let count): return count == 1 ? [.literal([UInt8(ascii: "0")])] : nil
        }
        var subject = source.tokens
        for (index, token) in shape.stem.enumerated() {
            if index < subject.count { subject[index] = token } else { subject.append(token) }
        }
        for number in wildcards where subject[wildcardPlaces[number]] == .any { return nil }
        // The tokens that do not matter may be any.
        let bytes = Pattern(tokens: subject, hasTail: false).bytes
        let alone = SubjectTransform(
            source: Pattern(tokens: source.tokens, hasTail: subject.count > source.tokens.count), elements: [element])
        var output = TransformOutput()
        var random = SystemRandomNumberGenerator()
        guard alone.apply(to: bytes.span, writingTo: &output, using: &random) == .subject else { return .some(nil) }
        // The tokens of the tail come out behind those of the element.
        return output.subject.split(separator: UInt8(ascii: ".")).dropLast(subject.count - source.tokens.count)
            .map { .literal(Array($0)) }
    }
}
