/// A place in a policy file.
public struct PolicyPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The file's path, as it was given.
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { "\(file):\(line):\(column)" }

    public static func < (one: PolicyPosition, other: PolicyPosition) -> Bool {
        (one.file, one.line, one.column) < (other.file, other.line, other.column)
    }
}
