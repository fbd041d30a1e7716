/// A renaming of subjects from one pattern to another, as an import with a local subject does it.
///
/// The destination refers to the source's wildcards by number (`$1`, `{{wildcard(1)}}`, counted from 1) or, with plain
/// `*`, by order. Each wildcard is used exactly once, so that the renaming can be turned round.
public struct SubjectTransform: Sendable, Hashable {
    /// What can be renamed.
    public let source: Pattern
    /// What comes out: the destination with each reference shown as `*`.
    public let destination: Pattern
    /// For each `*` of ``destination``, in order, which `*` of ``source`` fills it, counted from 0.
    private let references: [Int]

    /// Reads a renaming.
    ///
    /// - Throws: ``SubjectTransformError`` when a text is not a subject, a reference names a wildcard that is not there,
    ///   a wildcard stays unused or is used twice, or only one of the two ends in `>`.
    public init(from source: String, to destination: String) throws(SubjectTransformError) {
        let from: Pattern
        do { from = try Pattern(source) } catch { throw .notASubject(source, error) }
        let shown: Pattern
        do { shown = try Pattern(destination) } catch { throw .notASubject(destination, error) }

        var tokens: [Pattern.Token] = []
        var references: [Int] = []
        for token in shown.tokens {
            switch token {
            case .any:
                references.append(references.count)
                tokens.append(.any)
            case .literal(let bytes):
                if let number = Self.reference(bytes) {
                    references.append(number - 1)
                    tokens.append(.any)
                } else {
                    tokens.append(token)
                }
            }
        }
        guard from.hasTail == shown.hasTail else { throw .tailOnOneSide }
        guard references.sorted() == Array(0..<from.wildcardCount) else { throw .wildcardsDoNotMatch }
        self.source = from
        self.destination = Pattern(tokens: tokens, hasTail: shown.hasTail)
        self.references = references
    }

    /// A renaming that changes nothing.
    public init(identity pattern: Pattern) {
        source = pattern
        destination = pattern
        references = Array(0..<pattern.wildcardCount)
    }

    private init(source: Pattern, destination: Pattern, references: [Int]) {
        self.source = source
        self.destination = destination
        self.references = references
    }

    /// The same renaming the other way round.
    public var inverse: SubjectTransform {
        var turned = [Int](repeating: 0, count: references.count)
        for (position, wildcard) in references.enumerated() { turned[wildcard] = position }
        return SubjectTransform(source: destination, destination: source, references: turned)
    }

    /// Whether subjects come out as they went in.
    public var isIdentity: Bool {
        source == destination && references == Array(0..<references.count)
    }

    /// Renames every subject of a pattern at once, or gives nil where none of them lies in ``source``.
    ///
    /// A subject without wildcards is a pattern too, so this is also how a single subject is renamed.
    public func apply(to pattern: Pattern) -> Pattern? {
        guard let meet = source.intersection(pattern) else { return nil }
        var wildcards: [Pattern.Token] = []
        for (index, token) in source.tokens.enumerated() where token == .any { wildcards.append(meet.tokens[index]) }

        var tokens: [Pattern.Token] = []
        var next = 0
        for token in destination.tokens {
            if token == .any {
                tokens.append(wildcards[references[next]])
                next += 1
            } else {
                tokens.append(token)
            }
        }
        tokens.append(contentsOf: meet.tokens.dropFirst(source.tokens.count))
        return Pattern(tokens: tokens, hasTail: meet.hasTail)
    }

    /// Renames one subject, or gives nil where it does not lie in ``source`` or is no well-formed subject.
    public func rename(_ subject: Span<UInt8>) -> [UInt8]? {
        let bytes = subject.withUnsafeBufferPointer { Array($0) }
        guard let pattern = try? Pattern(bytes: bytes) else { return nil }
        return apply(to: pattern)?.bytes
    }

    /// The number in `$n` or `{{wildcard(n)}}`, or nil for any other token.
    private static func reference(_ token: [UInt8]) -> Int? {
        let digits: ArraySlice<UInt8>
        let text = token.filter { $0 != UInt8(ascii: " ") }
        let (open, close) = (Array("{{wildcard(".utf8), Array(")}}".utf8))
        if text.first == UInt8(ascii: "$") {
            digits = text.dropFirst()
        } else if text.count > open.count + close.count, text.suffix(close.count).elementsEqual(close),
            text.prefix(open.count).elementsEqual(open) || text.prefix(open.count).elementsEqual("{{Wildcard(".utf8)
        {
            digits = text.dropFirst(open.count).dropLast(close.count)
        } else {
            return nil
        }
        guard !digits.isEmpty, digits.count <= 4, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

/// Why a renaming cannot be used.
public enum SubjectTransformError: Error, Sendable, Hashable, CustomStringConvertible {
    case notASubject(String, SubjectError)
    case tailOnOneSide
    case wildcardsDoNotMatch

    public var description: String {
        switch self {
        case .notASubject(let text, let error): "'\(text)' cannot be renamed: \(error)"
        case .tailOnOneSide: "either both subjects of a renaming end in '>', or neither does"
        case .wildcardsDoNotMatch: "a renaming uses each wildcard of its source exactly once, as '*' or '$1', '$2' …"
        }
    }
}
