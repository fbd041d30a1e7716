/// What turns subjects of one pattern into other subjects: an import's renaming, or a destination of an account's mapping.
///
/// The destination refers to the `*` of the source by number, counted from 1:
///
/// | in the destination | what comes out |
/// |---|---|
/// | `$2`, `{{wildcard(2)}}` | the token |
/// | `{{partition(n,1,2)}}` | a number below n, from a hash of these tokens; `{{partition(n)}}` of the whole subject |
/// | `{{random(n)}}` | a random number below n |
/// | `{{split(1,-)}}` | the token cut at each `-` |
/// | `{{splitFromLeft(1,3)}}`, `{{splitFromRight(1,3)}}` | the token cut in two, three bytes from that end |
/// | `{{sliceFromLeft(1,3)}}`, `{{sliceFromRight(1,3)}}` | the token cut every three bytes, from that end |
/// | `{{left(1,3)}}`, `{{right(1,3)}}` | the three bytes at that end of the token |
///
/// A token that is too short for a cut stays whole. The first letter of each word of a function's name may be upper or lower
/// case. Both sides end in `>` or neither does. The functions, their names and their results are nats-server 2.15.1's;
/// what it takes as an odd way to say nothing (a number below 1, a function that does not fill its token) is refused here.
///
/// A *renaming* is the part of this that can be turned round: it uses each wildcard exactly once and no function. In a
/// renaming, plain `*` stand for the wildcards in order.
public struct SubjectTransform: Sendable, Hashable {
    /// What a transform is for, and with it, what it may do.
    public enum Use: Sendable, Hashable {
        /// A renaming, as an import with a local subject does it.
        case renaming
        /// A destination of an account's mapping, or of a stream's transform: every function.
        case mapping
    }

    /// What can be transformed.
    public let source: Pattern
    /// What it is transformed to, as it was written.
    public let destination: String
    /// The tokens of the destination, without a last `>`.
    let elements: [TransformElement]
    /// For each `*` of ``source``, which of its tokens that is.
    let wildcardPlaces: [Int]
    /// Whether something random comes out.
    public let isRandom: Bool
    /// Whether subjects come out as they went in.
    public let isIdentity: Bool

    /// Reads a transform.
    ///
    /// - Throws: ``SubjectTransformError`` that says which token of which text is wrong, and how.
    public init(
        from source: String, to destination: String, for use: Use = .renaming
    ) throws(SubjectTransformError) {
        let from: Pattern
        do { from = try Pattern(source) } catch {
            throw SubjectTransformError(.malformed(error), in: source, .source, token: nil)
        }
        let parsed = try TransformParser(text: destination, wildcardCount: from.wildcardCount, use: use).parse()
        guard from.hasTail == parsed.hasTail else {
            throw SubjectTransformError(.tailOnOneSide, in: destination, .destination, token: nil)
        }
        if use == .renaming, let unused = parsed.elements.firstUnused(of: from.wildcardCount) {
            throw SubjectTransformError(.unusedWildcard(unused + 1), in: destination, .destination, token: nil)
        }
        self.init(source: from, elements: parsed.elements, destination: destination)
    }

    /// The renaming that changes nothing.
    public init(identity pattern: Pattern) {
        self.init(source: pattern, elements: Self.identity(pattern))
    }

    private static func text(_ elements: [TransformElement], hasTail: Bool) -> String {
        let tokens = elements.map { element in
            switch element {
            case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
            case .wildcard(let number): "$\(number + 1)"
            default: ""
            }
        }
        return (tokens + (hasTail ? [">"] : [])).joined(separator: ".")
    }

    private static func identity(_ pattern: Pattern) -> [TransformElement] {
        var wildcards = 0
        return pattern.tokens.map { token in
            switch token {
            case .literal(let bytes): return .literal(bytes)
            case .any:
                wildcards += 1
                return .wildcard(wildcards - 1)
            }
        }
    }

    /// - Parameter destination: how the elements are written; nil for a renaming.
    init(source: Pattern, elements: [TransformElement], destination: String? = nil) {
        self.source = source
        self.elements = elements
        self.destination = destination ?? Self.text(elements, hasTail: source.hasTail)
        wildcardPlaces = source.tokens.indices.filter { source.tokens[$0] == .any }
        isRandom = elements.contains { if case .random = $0 { true } else { false } }
        isIdentity = elements == Self.identity(source)
    }

    /// The same renaming the other way round.
    ///
    /// - Throws: ``SubjectTransformError`` for a transform that is no renaming, with the token that makes it none.
    public func inverse() throws(SubjectTransformError) -> SubjectTransform {
        var turned = [Int?](repeating: nil, count: wildcardPlaces.count)
        var count = 0
        var tokens: [Pattern.Token] = []
        for (place, element) in elements.enumerated() {
            switch element {
            case .literal(let bytes): tokens.append(.literal(bytes))
            case .wildcard(let number) where turned[number] == nil:
                turned[number] = count
                count += 1
                tokens.append(.any)
            default: throw SubjectTransformError(.notARenaming, in: destination, .destination, token: place)
            }
        }
        var wildcards = turned.makeIterator()
        var back: [TransformElement] = []
        for token in source.tokens {
            switch token {
            case .literal(let bytes): back.append(.literal(bytes))
            case .any:
                guard case .some(.some(let wildcard)) = wildcards.next() else {
                    throw SubjectTransformError(.notARenaming, in: destination, .destination, token: nil)
                }
                back.append(.wildcard(wildcard))
            }
        }
        return SubjectTransform(source: Pattern(tokens: tokens, hasTail: source.hasTail), elements: back)
    }
}

/// One token of a destination, or what makes tokens there. Wildcards are numbered from 0.
enum TransformElement: Sendable, Hashable {
    case literal([UInt8])
    case wildcard(Int)
    /// Of these tokens; of the whole subject where there are none.
    case partition(count: UInt32, of: [Int])
    case random(count: UInt32)
    case split(Int, at: [UInt8])
    case cut(Int, Cut, bytes: Int)

    enum Cut: Sendable, Hashable {
        case splitFromLeft, splitFromRight, sliceFromLeft, sliceFromRight, left, right
    }

    /// Whether exactly one token comes out, whatever goes in.
    var isOneToken: Bool {
        switch self {
        case .literal, .wildcard, .partition, .random, .cut(_, .left, _), .cut(_, .right, _): true
        case .split, .cut: false
        }
    }
}

extension [TransformElement] {
    /// The first wildcard that no `$n` refers to.
    fileprivate func firstUnused(of count: Int) -> Int? {
        var isUsed = [Bool](repeating: false, count: count)
        for case .wildcard(let number) in self { isUsed[number] = true }
        return isUsed.firstIndex(of: false)
    }
}
