/// Room for the result of a transform, to be used again and again so that nothing is allocated for each message.
public struct TransformOutput: Sendable {
    /// The subject that came out last.
    public fileprivate(set) var subject: [UInt8] = []
    /// Where the tokens of the subject that went in last begin, and one behind its end.
    private var starts: [Int] = []

    public init() {}

    /// - Returns: whether no token is empty.
    fileprivate mutating func begin(_ subject: Span<UInt8>) -> Bool {
        self.subject.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
        for index in 0...subject.count where index == subject.count || subject[index] == UInt8(ascii: ".") {
            guard starts[starts.count - 1] < index else { return false }
            starts.append(index + 1)
        }
        return true
    }

    fileprivate var tokenCount: Int { starts.count - 1 }

    /// The bytes of a token of the subject that went in.
    fileprivate func token(_ number: Int) -> Range<Int> {
        starts[number]..<(starts[number + 1] - 1)
    }

    fileprivate mutating func separate() {
        if !subject.isEmpty { subject.append(UInt8(ascii: ".")) }
    }

    fileprivate mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        for index in range { subject.append(source[index]) }
    }

    fileprivate mutating func append(_ number: UInt32) {
        var divisor: UInt32 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            subject.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}

/// What became of a subject.
public enum TransformResult: Sendable, Hashable {
    /// It does not lie in the transform's source, or is no subject, since it has an empty token.
    case noMatch
    /// What comes out has an empty token, so it is no subject and goes nowhere: a `split` of nothing but delimiters.
    case noSubject
    /// It was transformed.
    case subject
}

extension SubjectTransform {
    /// Transforms a subject.
    ///
    /// Takes time linear in the subject's bytes for each token of the destination.
    ///
    /// - Parameters:
    ///   - subject: its wildcard characters are taken as they stand.
    ///   - output: holds the new subject if the result is ``TransformResult/subject``.
    ///   - random: where `{{random(n)}}` takes its numbers from.
    public func apply(
        to subject: Span<UInt8>, writingTo output: inout TransformOutput, using random: inout some RandomNumberGenerator
    ) -> TransformResult {
        guard source.matches(subject), output.begin(subject) else { return .noMatch }
        for element in elements {
            output.separate()
            guard write(element, subject, &output, &random) else { return .noSubject }
        }
        for number in source.tokens.count..<max(output.tokenCount, source.tokens.count) {
            output.separate()
            output.append(subject, output.token(number))
        }
        return .subject
    }

    /// Renames one subject, or gives nil where it does not lie in ``source``, or nothing that is a subject comes out. Not
    /// for what is random: then there is no result either.
    public func rename(_ subject: Span<UInt8>) -> [UInt8]? {
        guard !isRandom else { return nil }
        var output = TransformOutput()
        var random = NoRandomness()
        return apply(to: subject, writingTo: &output, using: &random) == .subject ? output.subject : nil
    }

    private func write(
        _ element: TransformElement, _ subject: Span<UInt8>, _ output: inout TransformOutput,
        _ random: inout some RandomNumberGenerator
    ) -> Bool {
        switch element {
        case .literal(let bytes): output.subject.append(contentsOf: bytes)
        case .wildcard(let number): output.append(subject, output.token(wildcardPlaces[number]))
        case .partition(let count, let wildcards):
            var hash = PartitionHash()
            if wildcards.isEmpty { hash.add(subject, 0..<subject.count) }
            for number in wildcards { hash.add(subject, output.token(wildcardPlaces[number])) }
            output.append(hash.value % count)
        case .random(let count): output.append(UInt32.random(in: 0..<count, using: &random))
        case .split(let number, let delimiter):
            return split(subject, output.token(wildcardPlaces[number]), delimiter, &output)
        case .cut(let number, let cut, let bytes):
            self.cut(subject, output.token(wildcardPlaces[number]), cut, bytes, &output)
        }
        return true
    }

    /// - Returns: whether there is no empty token.
    ///
    /// Empty pieces are left out, but where two delimiters begin the token, the pieces after them begin with a dot; and a
    /// token of nothing but delimiters leaves an empty one.
    private func split(
        _ subject: Span<UInt8>, _ token: Range<Int>, _ delimiter: [UInt8], _ output: inout TransformOutput
    ) -> Bool {
        var isFirst = true
        var isEmpty = true
        var start = token.lowerBound
        while start <= token.upperBound {
            var end = start
            while end < token.upperBound, !isDelimiter(subject, end, token.upperBound, delimiter) { end += 1 }
            if end > start {
                if isEmpty, !isFirst, start > token.lowerBound + delimiter.count { return false }
                if !isEmpty { output.separate() }
                output.append(subject, start..<end)
                isEmpty = false
            }
            isFirst = false
            guard end < token.upperBound else { break }
            start = end + delimiter.count
        }
        return !isEmpty
    }

    private func isDelimiter(_ subject: Span<UInt8>, _ start: Int, _ end: Int, _ delimiter: [UInt8]) -> Bool {
        guard start + delimiter.count <= end else { return false }
        for index in delimiter.indices where subject[start + index] != delimiter[index] { return false }
        return true
    }

    private func cut(
        _ subject: Span<UInt8>, _ token: Range<Int>, _ cut: TransformElement.Cut, _ bytes: Int,
        _ output: inout TransformOutput
    ) {
        guard bytes < token.count else { return output.append(subject, token) }
        let (left, right) = (token.lowerBound + bytes, token.upperBound - bytes)
        switch cut {
        case .left: output.append(subject, token.lowerBound..<left)
        case .right: output.append(subject, right..<token.upperBound)
        case .splitFromLeft: writePieces(subject, token, first: bytes, each: token.count, &output)
        case .splitFromRight: writePieces(subject, token, first: token.count - bytes, each: token.count, &output)
        case .sliceFromLeft: writePieces(subject, token, first: bytes, each: bytes, &output)
        case .sliceFromRight:
            let rest = token.count % bytes
            writePieces(subject, token, first: rest == 0 ? bytes : rest, each: bytes, &output)
        }
    }

    private func writePieces(
        _ subject: Span<UInt8>, _ token: Range<Int>, first: Int, each: Int, _ output: inout TransformOutput
    ) {
        var start = token.lowerBound
        var end = start + first
        while true {
            output.append(subject, start..<end)
            guard end < token.upperBound else { return }
            output.separate()
            (start, end) = (end, min(end + each, token.upperBound))
        }
    }
}

/// The hash of `partition`: FNV-1a with 32 bits.
struct PartitionHash {
    private(set) var value: UInt32 = 0x811c_9dc5

    mutating func add(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        for index in range { value = (value ^ UInt32(bytes[index])) &* 0x0100_0193 }
    }
}

/// For transforms without anything random.
private struct NoRandomness: RandomNumberGenerator {
    func next() -> UInt64 { 0 }
}
