/// One thing that is wrong, or odd, in a configuration file.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for a program to decide on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word, such as `unknown-key`.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// The text is not the configuration format.
        public static let syntax = Code("syntax")
        /// A variable that neither the file nor the environment has.
        public static let unknownVariable = Code("unknown-variable")
        /// A file that cannot be read.
        public static let unreadableFile = Code("unreadable-file")
        /// Too deep, too long, or an `include` that includes itself.
        public static let tooLarge = Code("too-large")
        /// A key that nothing is known about.
        public static let unknownKey = Code("unknown-key")
        /// A key written twice.
        public static let duplicateKey = Code("duplicate-key")
        /// A value that is not what the key takes.
        public static let wrongValue = Code("wrong-value")
        /// A key that nats-server knows and this broker does not offer.
        public static let unsupportedFeature = Code("unsupported-feature")
        /// A key that is missing beside another one.
        public static let missingKey = Code("missing-key")
        /// Two settings that exclude each other.
        public static let conflict = Code("conflict")
        /// A setting that changes nothing where it stands.
        public static let withoutEffect = Code("without-effect")
        /// A setting that the broker does not act on yet.
        public static let notEnforced = Code("not-enforced")
    }

    public let code: Code
    public let position: ConfigurationPosition
    /// One sentence for a person.
    public let message: String
    /// What to write instead; empty when the message says all there is.
    public let remedy: String
    let excerpt: ConfigurationExcerpt?

    /// The problem as compilers show theirs: place, message, the line with a caret, what to write instead.
    public var description: String { text(label: "error") }

    /// Whether a test of the configuration fails where this is a warning, as it does with nats-server.
    public var failsTest: Bool { code == .wrongValue || code == .missingKey }

    /// As ``description``, for a problem that does not keep the configuration from being used.
    public var warningText: String { text(label: "warning") }

    private func text(label: String) -> String {
        var text = "\(position): \(label): \(message)"
        if let excerpt {
            let number = String(position.line)
            let margin = String(repeating: " ", count: number.count)
            text += "\n  \(number) | \(excerpt.line)"
            text += "\n  \(margin) | \(String(repeating: " ", count: excerpt.indent))^"
            if !remedy.isEmpty { text += "\n  \(margin) = \(remedy)" }
        } else if !remedy.isEmpty {
            text += "\n  = \(remedy)"
        }
        return text
    }
}

/// Why a configuration cannot be used: everything that is wrong with it, in the order of the file.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    public let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
