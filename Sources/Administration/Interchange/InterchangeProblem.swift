/// A file that could not be taken over, while the others were.
public struct InterchangeProblem: Sendable, Hashable {
    /// The file's path.
    public let path: String
    /// What is wrong with it, without a full stop.
    public let message: String

    /// What to say at the end when there were any.
    public static func summary(_ count: Int) -> AdministrationError {
        AdministrationError(
            .refused, count == 1 ? "one file was left out" : "\(count) files were left out",
            remedy: "see above; everything else was taken over")
    }
}
