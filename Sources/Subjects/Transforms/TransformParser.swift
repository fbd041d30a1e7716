/// Reads the destination of a transform.
struct TransformParser {
    let text: String
    let wildcardCount: Int
    let use: SubjectTransform.Use

    private static let separator = UInt8(ascii: ".")

    func parse() throws(SubjectTransformError) -> (elements: [TransformElement], hasTail: Bool) {
        guard !text.isEmpty else { throw SubjectTransformError(.malformed(.empty), in: text, .destination, token: nil) }
        var elements: [TransformElement] = []
        var hasTail = false
        var used: Set<Int> = []
        var plainWildcards = 0
        let tokens = text.utf8.split(separator: Self.separator, omittingEmptySubsequences: false).map(Array.init)
        for (number, token) in tokens.enumerated() {
            guard !hasTail else { throw fault(.malformed(.tailNotLast), number - 1) }
            if token == [UInt8(ascii: ">")] {
                hasTail = true
                continue
            }
            let element: TransformElement
            if token == [UInt8(ascii: "*")] {
                guard use == .renaming else { throw fault(.plainWildcard, number) }
                guard plainWildcards < wildcardCount else { throw fault(noWildcard(plainWildcards + 1), number) }
                element = .wildcard(plainWildcards)
                plainWildcards += 1
            } else {
                element = try self.element(token, number)
            }
            if use == .renaming, case .wildcard(let wildcard) = element, !used.insert(wildcard).inserted {
                throw fault(.wildcardUsedTwice(wildcard + 1), number)
            }
            elements.append(element)
        }
        return (elements, hasTail)
    }

    private func element(_ token: [UInt8], _ place: Int) throws(SubjectTransformError) -> TransformElement {
        if token.starts(with: "{{".utf8), token.count > 4, token.suffix(2).elementsEqual("}}".utf8) {
            return try function(Array(token.dropFirst(2).dropLast(2)), place)
        }
        guard !token.isEmpty else { throw fault(.malformed(.emptyToken), place) }
        guard !token.containsPair(UInt8(ascii: "{")), !token.containsPair(UInt8(ascii: "}")) else {
            throw fault(.functionDoesNotFillItsToken, place)
        }
        guard !token.contains(where: isSubjectWhitespace) else { throw fault(.malformed(.whitespace), place) }
        guard token[0] == UInt8(ascii: "$"), token.count > 1 else { return .literal(token) }
        let sign = token[1] == UInt8(ascii: "-") || token[1] == UInt8(ascii: "+")
        // Tokens such as `$SYS` are no references.
        guard token.dropFirst(sign ? 2 : 1).allSatisfy(isDigit), token.count > (sign ? 2 : 1) else {
            return .literal(token)
        }
        return .wildcard(try wildcard(Array(token.dropFirst()), place))
    }

    private func function(_ inside: [UInt8], _ place: Int) throws(SubjectTransformError) -> TransformElement {
        guard let open = inside.firstIndex(of: UInt8(ascii: "(")), inside.trimmed.last == UInt8(ascii: ")"),
            let name = FunctionName(inside[..<open].trimmed)
        else {
            throw fault(.unknownFunction, place)
        }
        let list = inside.trimmed.dropLast().suffix(from: open + 1)
        let arguments = list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Array($0) }
        if use == .renaming, name != .wildcard { throw fault(.notInARenaming(name.rawValue), place) }
        guard name.argumentCounts.contains(list.trimmed.isEmpty ? 0 : arguments.count) else {
            throw fault(.argumentCount(name.usage), place)
        }
        switch name {
        case .wildcard: return .wildcard(try wildcard(arguments[0], place))
        case .random: return .random(count: UInt32(try number(arguments[0], place)))
        case .partition:
            let count = try number(arguments[0], place)
            var wildcards: [Int] = []
            for argument in arguments.dropFirst() { wildcards.append(try wildcard(argument, place)) }
            return .partition(count: UInt32(count), of: wildcards)
        case .split:
            let wildcard = try wildcard(arguments[0], place)
            let delimiter = arguments[1].drop(while: isSubjectWhitespace)
            guard !delimiter.isEmpty, !delimiter.contains(where: isSubjectWhitespace) else {
                throw fault(.badDelimiter, place)
            }
            return .split(wildcard, at: Array(delimiter))
        default:
            guard let cut = name.cut else { throw fault(.unknownFunction, place) }
            return .cut(try wildcard(arguments[0], place), cut, bytes: try number(arguments[1], place))
        }
    }

    private func wildcard(_ text: [UInt8], _ place: Int) throws(SubjectTransformError) -> Int {
        let number = try number(text, place)
        guard number <= wildcardCount else { throw fault(noWildcard(number), place) }
        return number - 1
    }

    /// A number from 1 to 2³¹ − 1.
    private func number(_ text: [UInt8], _ place: Int) throws(SubjectTransformError) -> Int {
        let digits = text.trimmed
        var number = 0
        for digit in digits {
            guard isDigit(digit) else { throw fault(.badNumber, place) }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
            guard number <= Int(Int32.max) else { throw fault(.badNumber, place) }
        }
        guard number > 0 else { throw fault(.badNumber, place) }
        return number
    }

    private func noWildcard(_ number: Int) -> SubjectTransformError.Fault {
        .noSuchWildcard(number, wildcardCount)
    }

    private func fault(_ fault: SubjectTransformError.Fault, _ token: Int) -> SubjectTransformError {
        SubjectTransformError(fault, in: text, .destination, token: token)
    }
}

/// The functions' names.
private enum FunctionName: String, CaseIterable {
    case wildcard, partition, random, split, splitFromLeft, splitFromRight, sliceFromLeft, sliceFromRight, left, right

    /// The first letter of each word may be upper or lower case.
    init?(_ text: ArraySlice<UInt8>) {
        let found = Self.allCases.first { name in
            let letters = Array(name.rawValue.utf8)
            return letters.count == text.count
                && zip(letters, text).enumerated().allSatisfy { index, pair in
                    let (expected, given) = pair
                    if index == 0 || isUpperCase(expected) { return expected | 0x20 == given | 0x20 && isLetter(given) }
                    return expected == given
                }
        }
        guard let found else { return nil }
        self = found
    }

    var argumentCounts: ClosedRange<Int> {
        switch self {
        case .wildcard, .random: 1...1
        case .partition: 1...Int.max
        default: 2...2
        }
    }

    var usage: String {
        switch self {
        case .wildcard: "{{wildcard(NUMBER)}}"
        case .partition: "{{partition(COUNT,NUMBER,NUMBER)}}"
        case .random: "{{random(COUNT)}}"
        case .split: "{{split(NUMBER,DELIMITER)}}"
        default: "{{\(rawValue)(NUMBER,BYTES)}}"
        }
    }

    var cut: TransformElement.Cut? {
        switch self {
        case .splitFromLeft: .splitFromLeft
        case .splitFromRight: .splitFromRight
        case .sliceFromLeft: .sliceFromLeft
        case .sliceFromRight: .sliceFromRight
        case .left: .left
        case .right: .right
        default: nil
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
private func isUpperCase(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
private func isLetter(_ byte: UInt8) -> Bool { isUpperCase(byte & ~0x20) }

extension Collection<UInt8> where SubSequence == ArraySlice<UInt8> {
    /// Without white space at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        var rest = drop(while: isSubjectWhitespace)
        while let last = rest.last, isSubjectWhitespace(last) { rest.removeLast() }
        return rest
    }
}

extension [UInt8] {
    fileprivate func containsPair(_ byte: UInt8) -> Bool {
        zip(self, dropFirst()).contains { $0 == byte && $1 == byte }
    }
}
