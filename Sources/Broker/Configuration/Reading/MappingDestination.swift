import Subjects

/// The destination of a mapping: a subject in which tokens refer to the source's wildcards, as `$1` or by a function in
/// double braces.
enum MappingDestination {
    struct Fault {
        let message: String
        let remedy: String

        init(_ message: String, remedy: String) {
            self.message = message
            self.remedy = remedy
        }
    }

    /// What a function takes.
    private enum Arguments {
        /// The number of a wildcard.
        case wildcard
        /// A number, then numbers of wildcards, possibly none.
        case partition
        /// The number of a wildcard and a number.
        case wildcardAndNumber
        /// The number of a wildcard and text.
        case wildcardAndText
        /// A number.
        case number
    }

    /// By the name in small letters.
    private static let functions: [String: Arguments] = [
        "wildcard": .wildcard, "partition": .partition, "split": .wildcardAndText, "splitfromleft": .wildcardAndNumber,
        "splitfromright": .wildcardAndNumber, "slicefromleft": .wildcardAndNumber,
        "slicefromright": .wildcardAndNumber, "left": .wildcardAndNumber, "right": .wildcardAndNumber,
        "random": .number,
    ]

    /// What is wrong with a destination; nil if nothing is.
    ///
    /// - Parameter source: a well-formed subject.
    static func fault(of destination: String, from source: String) -> Fault? {
        guard let from = try? Pattern(source) else { return nil }
        let tokens = destination.split(separator: ".", omittingEmptySubsequences: false)
        for (index, token) in tokens.enumerated() {
            if token.isEmpty { return Fault("there is an empty token", remedy: "remove a dot") }
            if token == ">" && index < tokens.count - 1 {
                return Fault("a > stands only at the end", remedy: "write * for one token")
            }
            if token == "*" {
                return Fault("a * does not say which one it is", remedy: "write $1 for the first of the source")
            }
            if let fault = fault(ofToken: token, from) { return fault }
        }
        guard (tokens.last == ">") == from.hasTail else {
            return Fault("source and destination both end in >, or neither does", remedy: "correct one of them")
        }
        return nil
    }

    private static func fault(ofToken token: Substring, _ source: Pattern) -> Fault? {
        if token.hasPrefix("$") {
            guard let number = Int(token.dropFirst()) else { return nil }
            return reference(number, source)
        }
        guard token.count > 4, token.hasPrefix("{{"), token.hasSuffix("}}") else {
            guard token.contains(where: \.isWhitespace) else { return nil }
            return Fault("it has white space", remedy: "remove it")
        }
        let call = BrokerConfigurationReader.trimmed(String(token.dropFirst(2).dropLast(2)))
        guard let open = call.firstIndex(of: "("), call.hasSuffix(")"),
            let takes = functions[BrokerConfigurationReader.trimmed(String(call[..<open])).lowercased()]
        else {
            return Fault(
                "there is no function \(token)",
                remedy: "known are \(functions.keys.sorted().joined(separator: ", "))")
        }
        let arguments = call[call.index(after: open)...].dropLast().split(
            separator: ",", omittingEmptySubsequences: false
        ).map { BrokerConfigurationReader.trimmed(String($0)) }
        return fault(ofCall: token, takes, arguments, source)
    }

    private static func fault(
        ofCall token: Substring, _ takes: Arguments, _ arguments: [String], _ source: Pattern
    ) -> Fault? {
        let count = arguments == [""] ? 0 : arguments.count
        let isRightCount =
            switch takes {
            case .wildcard, .number: count == 1
            case .partition: count >= 1
            case .wildcardAndNumber, .wildcardAndText: count == 2
            }
        guard isRightCount else {
            return Fault("\(token) has \(count) arguments", remedy: "see the documentation of subject mapping")
        }
        let numbers = arguments.map { Int32($0) }
        let wildcards: ArraySlice<Int32?>
        switch takes {
        case .wildcard: wildcards = numbers[...]
        case .number: wildcards = []
        case .partition: wildcards = numbers.dropFirst()
        case .wildcardAndNumber, .wildcardAndText: wildcards = numbers.prefix(1)
        }
        let textual = takes == .wildcardAndText ? 1 : 0
        guard !numbers.dropLast(textual).contains(nil), textual == 0 || !arguments[1].contains(" ") else {
            return Fault("an argument of \(token) is no number", remedy: "see the documentation of subject mapping")
        }
        // Without wildcards to choose from, a partition is that of the whole subject.
        if takes == .partition, source.wildcardCount == 0, !source.hasTail { return nil }
        for case let number? in wildcards {
            if let fault = reference(Int(number), source) { return fault }
        }
        return nil
    }

    private static func reference(_ number: Int, _ source: Pattern) -> Fault? {
        guard !(1...max(1, source.wildcardCount)).contains(number) || source.wildcardCount == 0 else { return nil }
        return Fault(
            "the source has no wildcard number \(number)", remedy: "it has \(source.wildcardCount), counted from 1")
    }
}
