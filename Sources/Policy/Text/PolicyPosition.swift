/// A place in a policy file, or in claims that no file says anything of: the path there, and line 0.
public struct PolicyPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The file's path, as it was given; of claims whose they are, and the pointer into their JSON.
    public let file: String
    /// From 1; 0 in claims.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }

    public static func < (one: PolicyPosition, other: PolicyPosition) -> Bool {
        (one.file, one.line, one.column) < (other.file, other.line, other.column)
    }
}
