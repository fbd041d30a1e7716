extension SubjectTransform {
    /// The preimage, level by level. A function's token that a level names is more than patterns can say: a level of
    /// exceptions then leaves the shape out, another takes it whole, and what comes out is at most too much.
    package func preimage(of set: SubjectSet, _ effort: inout Effort) throws(SubjectsTooLarge) -> SubjectBound {
        var levels: [ShapeList] = []
        var isExact = true
        for (height, level) in set.levels.enumerated() {
            effort.beginList()
            var shapes: [Shape] = []
            for shape in level.shapes {
                try effort.spend(shape.stem.count + source.tokens.count + elements.count, terms: 1)
                switch preimage(of: shape) {
                case .exactly(let shape): shapes.append(shape)
                case .nothing: break
                case .atMost(let shape):
                    isExact = false
                    if height.isMultiple(of: 2) { shapes.append(shape) }
                }
            }
            levels.append(ShapeList(shapes))
        }
        return SubjectBound(SubjectSet(levels: levels), isExact: isExact)
    }

    private enum Preimage {
        case exactly(Shape)
        case atMost(Shape)
        case nothing
    }

    private func preimage(of shape: Shape) -> Preimage {
        var wildcards = [Pattern.Token](repeating: .any, count: wildcardPlaces.count)
        var isExact = true
        for (place, element) in elements.enumerated() {
            let token = shape.token(place)
            guard element.isOneToken else {
                // Places further on are not known. If the shape says nothing about them, that does not matter.
                let least = elements.count + (source.hasTail ? 1 : 0)
                let isOpen = shape.stem.count <= place && LengthSet(from: least).subtracting(shape.lengths).isEmpty
                let all = self.shape(wildcards, tail: [], Shape(source).lengths)
                return isExact && isOpen ? .exactly(all) : .atMost(all)
            }
            guard case .literal(let bytes) = token else { continue }
            switch element {
            case .literal(let own):
                guard own == bytes else { return .nothing }
            case .wildcard(let number):
                guard wildcards[number] == .any || wildcards[number] == token else { return .nothing }
                wildcards[number] = token
            default:
                guard element.canMake(bytes) else { return .nothing }
                isExact = false
            }
        }
        let possible = source.hasTail ? LengthSet(from: elements.count + 1) : LengthSet(elements.count)
        let lengths = shape.lengths.intersection(possible).shifted(by: source.tokens.count - elements.count)
        guard !lengths.isEmpty else { return .nothing }
        let result = self.shape(wildcards, tail: shape.stem.dropFirst(elements.count), lengths)
        return isExact ? .exactly(result) : .atMost(result)
    }

    /// The source with tokens for its wildcards and in its tail.
    private func shape(
        _ wildcards: [Pattern.Token], tail: ArraySlice<Pattern.Token>, _ lengths: LengthSet
    ) -> Shape {
        var tokens = source.tokens
        for (place, token) in zip(wildcardPlaces, wildcards) { tokens[place] = token }
        return Shape(trimming: tokens + tail, lengths: lengths)
    }
}

extension TransformElement {
    /// Whether the token may come out of a function that makes one; true where that is not known.
    fileprivate func canMake(_ token: [UInt8]) -> Bool {
        switch self {
        case .partition(let count, _), .random(let count):
            guard token.count <= 10, token.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
            guard token.count == 1 || token[0] != 0x30 else { return false }
            return token.reduce(0) { $0 * 10 + UInt64($1 - 0x30) } < UInt64(count)
        case .cut(_, _, let bytes): return token.count <= bytes
        default: return true
        }
    }
}
