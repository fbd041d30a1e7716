/// Why a transform cannot be used, and which token of which text is to blame.
public struct SubjectTransformError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Side: Sendable, Hashable {
        case source
        case destination
    }

    public enum Fault: Sendable, Hashable {
        case malformed(SubjectError)
        /// Only one of both sides ends in `>`.
        case tailOnOneSide
        /// A `*` in the destination of a mapping.
        case plainWildcard
        /// A reference to this wildcard, counted from 1, of a source that has so many.
        case noSuchWildcard(Int, Int)
        /// A renaming does not use this wildcard, counted from 1.
        case unusedWildcard(Int)
        /// A renaming uses this wildcard, counted from 1, again.
        case wildcardUsedTwice(Int)
        /// A transform that cannot be turned round.
        case notARenaming
        /// A renaming has this function.
        case notInARenaming(String)
        case unknownFunction
        /// Braces that are no function, or only a part of the token.
        case functionDoesNotFillItsToken
        /// The function is used like this.
        case argumentCount(String)
        /// An argument that is no whole number from 1 to 2³¹ − 1.
        case badNumber
        /// A delimiter that is empty or contains white space.
        case badDelimiter
    }

    public let fault: Fault
    public let side: Side
    /// The whole source or destination.
    public let text: String
    /// Which token of ``text``, counted from 0; nil where it is the text as a whole.
    public let token: Int?

    init(_ fault: Fault, in text: String, _ side: Side, token: Int?) {
        self.fault = fault
        self.side = side
        self.text = text
        self.token = token
    }

    /// The bytes of ``text`` to point at.
    public var range: Range<Int> {
        guard let token else { return 0..<text.utf8.count }
        var start = 0
        for (number, part) in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .enumerated()
        {
            if number == token { return start..<(start + part.count) }
            start += part.count + 1
        }
        return 0..<text.utf8.count
    }

    public var description: String {
        let place = String(decoding: Array(text.utf8)[range], as: UTF8.self)
        return "'\(text)': \(place.isEmpty || place == text ? "" : "'\(place)': ")\(reason)"
    }

    private var reason: String {
        switch fault {
        case .malformed(let error): "\(error)"
        case .tailOnOneSide: "either both source and destination end in '>', or neither does"
        case .plainWildcard: "a destination refers to the wildcards of its source as '$1', '$2' …, not as '*'"
        case .noSuchWildcard(let number, let count):
            "there is no wildcard \(number): the source has \(count == 0 ? "none" : "\(count)")"
        case .unusedWildcard(let number):
            "wildcard \(number) of the source is not used: a renaming uses each exactly once, as '*' or '$1', '$2' …"
        case .wildcardUsedTwice(let number): "wildcard \(number) is used twice: a renaming uses each exactly once"
        case .notInARenaming(let name): "a renaming has to work in both directions, so it cannot use '\(name)'"
        case .notARenaming: "this cannot be turned round: it uses a function, or not each wildcard exactly once"
        case .unknownFunction:
            "there is no such function; there are wildcard, partition, random, split, splitFromLeft, splitFromRight, "
                + "sliceFromLeft, sliceFromRight, left and right, each with its arguments in parentheses"
        case .functionDoesNotFillItsToken:
            "a function in '{{' and '}}' fills a whole token, and has no dot inside"
        case .argumentCount(let usage): "the function is used like \(usage)"
        case .badNumber: "arguments are whole numbers from 1 to 2147483647"
        case .badDelimiter: "the delimiter of a split is not empty and contains no white space"
        }
    }
}
