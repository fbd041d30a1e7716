/// What a configuration file may refer to outside of itself.
public struct ConfigurationSurroundings: Sendable {
    /// Reads a file. What it throws is shown to the user.
    public var readFile: @Sendable (String) throws -> [UInt8]
    /// The value of an environment variable; nil when there is none.
    public var environmentVariable: @Sendable (String) -> String?

    public init(
        readFile: @escaping @Sendable (String) throws -> [UInt8],
        environmentVariable: @escaping @Sendable (String) -> String?
    ) {
        self.readFile = readFile
        self.environmentVariable = environmentVariable
    }

    /// No files, no variables: for a text that stands for itself.
    public static let none = ConfigurationSurroundings(
        readFile: { path throws in throw NoFiles(path: path) }, environmentVariable: { _ in nil })

    private struct NoFiles: Error, CustomStringConvertible {
        let path: String
        var description: String { "no file can be read here" }
    }
}
