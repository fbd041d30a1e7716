/// A place in a configuration file.
public struct ConfigurationPosition: Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it, or as an `include` did; `$NAME` for the value of an environment variable.
    public var file: String
    /// From 1; 0 for what stands in no file.
    public var line: Int
    /// From 1, in characters (Unicode scalars).
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, which editors and terminals understand.
    public var description: String { line > 0 ? "\(file):\(line):\(column)" : file }
}
