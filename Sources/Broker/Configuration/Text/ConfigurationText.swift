/// The format that nats-server's configuration is written in: keys and values, sections in braces, lists in brackets,
/// comments, variables, `include`. JSON is a part of it.
///
/// Where nats-server reads a text in a surprising way this reader refuses it instead: whole numbers that overflow, keys
/// without a value, braces that close nothing.
public enum ConfigurationText {
    /// How much is read. A file at a limit is far beyond any that a person or a tool writes.
    public struct Limits: Sendable, Hashable {
        /// The most bytes of all files together.
        public var bytes = 1 << 26
        /// How deep sections and lists may stand in each other.
        public var depth = 64
        /// How deep files may include each other, and environment variables refer to each other.
        public var includes = 16
        /// How many values all variables together may stand for.
        public var values = 1_000_000

        public init() {}
    }

    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - bytes: the file's content, in UTF-8.
    ///   - file: its path, for messages and for the paths of `include`, which are relative to it.
    /// - Throws: ``ConfigurationError`` with the first place where the text is not the format.
    public static func parse(
        _ bytes: [UInt8], file: String, surroundings: ConfigurationSurroundings, limits: Limits = Limits()
    ) throws(ConfigurationError) -> ConfigurationDocument {
        var reader = try ConfigurationReader(
            bytes, file: file, state: .init(surroundings: surroundings, limits: limits), from: nil)
        let root = try reader.readFile()
        return ConfigurationDocument(
            file: file, root: root, warnings: reader.state.warnings, sources: reader.state.sources)
    }
}

/// A configuration as it was read: a tree of values with their places.
public struct ConfigurationDocument: Sendable {
    /// The file that was read first.
    public let file: String
    public let root: ConfigurationMap
    /// What is odd but as nats-server allows it.
    public let warnings: [ConfigurationProblem]
    /// The texts, by file.
    let sources: [String: ConfigurationSource]

    /// A problem at a place of this document.
    func problem(
        _ code: ConfigurationProblem.Code, at position: ConfigurationPosition, _ message: String, remedy: String = ""
    ) -> ConfigurationProblem {
        ConfigurationProblem(
            code: code, position: position, message: message, remedy: remedy, excerpt: excerpt(at: position))
    }

    /// The line of a place, as it is shown.
    func excerpt(at position: ConfigurationPosition) -> ConfigurationExcerpt? {
        sources[position.file]?.excerpt(at: position)
    }
}
