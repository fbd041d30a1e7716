import Administration
import ArgumentParser
import Secrets

/// Where what holds a seed goes: into a file for its owner alone, or to the standard output.
///
/// A file is written before the change is stored that makes its content, so that neither is there without the other.
final class CredentialsOutput {
    private let file: StagedFile?
    private var content: Secret?

    /// - Parameters:
    ///   - path: the file; nil for the standard output, as ``isStandardOutput(_:)`` understands it.
    ///   - replacing: whether a file that is there may be replaced.
    init(_ path: String?, replacing: Bool) throws {
        let path = Self.isStandardOutput(path) ? nil : path
        file = try path.map { path throws(AdministrationError) in try StagedFile(path, replacing: replacing) }
    }

    /// Whether the standard output is meant: by nsc's name for it, or that of most programs.
    static func isStandardOutput(_ path: String?) -> Bool { path == "--" || path == "-" }

    /// Takes the content, inside the change that makes it.
    func take(_ content: Secret) throws {
        try file?.write(content)
        self.content = content
    }

    /// Hands the content over, after the change was stored.
    func deliver() throws {
        guard let content else { return }
        guard let file else { return content.withBytes { Console.raw($0) } }
        try file.place()
    }
}

/// Whether and where the credentials of a new user go.
struct CredentialsOptions: ParsableArguments {
    @Option(file: "Write the user's credentials to this file; -- prints them.") var creds: String?
    @Flag(name: [.customShort("F"), .long], help: "Replace the credentials file if it is there.") var force = false

    /// The output that was asked for, if any.
    func output(asJSON: Bool) throws -> CredentialsOutput? {
        guard let creds else { return nil }
        guard !asJSON || !CredentialsOutput.isStandardOutput(creds) else {
            throw ValidationError("--json needs a file for --creds: credentials are not put into JSON.")
        }
        return try CredentialsOutput(creds, replacing: force)
    }
}
