import Administration
import ArgumentParser
import Policy
import Secrets

/// A set of policies on disk: a folder with `chancery.yaml` in it, or that file.
struct PolicyFolder: ParsableArguments {
    /// What a set's first file is called.
    private static let manifest = "chancery.yaml"

    @Argument(help: ArgumentHelp("The folder with chancery.yaml.", valueName: "folder")) var folder = "."
    @Option(text: "Only this environment of the set.", as: "name") var environment: String?

    /// Reads the set for its environments, or for the one that was asked for.
    ///
    /// - Throws: `PolicySet.Failure`, and `AdministrationError` for files and environments that are not there.
    func read() throws -> [PolicySet] {
        let file = folder.hasSuffix(".yaml") ? folder : folder == "." ? Self.manifest : "\(folder)/\(Self.manifest)"
        guard let bytes = Self.bytes(file) else {
            throw Self.missing(folder, file)
        }
        let base = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        let surroundings = PolicySet.Surroundings(
            readFile: { path in path.hasPrefix("/") ? nil : Self.bytes(base + path) },
            isKnownTimeZone: SystemTimeZones.isKnown)
        let sets = try PolicySet.readAll(bytes, file: file, only: environment, surroundings: surroundings)
        return try PolicyChoice.environments(sets, environment)
    }

    private static func missing(_ folder: String, _ file: String) -> AdministrationError {
        guard folder.hasSuffix(".yaml") || PrivateFile.exists(folder) else {
            return AdministrationError(
                .notFound, "there is no folder \(folder)",
                remedy: "name one with \(manifest) in it, or make one with \"chancery policy init FOLDER\"")
        }
        guard PrivateFile.exists(file) else {
            return AdministrationError(
                .notFound, "there is no \(file)",
                remedy: "name a folder with \(manifest) in it, or make one with \"chancery policy init FOLDER\"")
        }
        return AdministrationError(.notFound, "\(file) cannot be read", remedy: "see who may read it")
    }

    private static func bytes(_ path: String) -> [UInt8]? {
        // A little more than is read of a policy, whose reader says that it is too large.
        try? PrivateFile.read(path, atMost: 64 << 20).withBytes { Array($0) }
    }
}
