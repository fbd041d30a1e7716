/// The folder that holds everything of one installation: the directory and the key file of its sealed keyring.
public struct Home: Sendable, Hashable {
    /// The folder's path, as it was given.
    public let path: String

    /// The home at `path`. Nothing is read or made yet.
    public init(path: String) {
        self.path = path
    }

    /// The SQLite database with every operator, account, user, token and sealed seed.
    public var directoryPath: String { path + "/directory.sqlite" }

    /// The key that opens the sealed keyring. Whoever has this file and the directory has every seed.
    public var keyFilePath: String { path + "/keyring.key" }

    /// Finds the home: what the user said, or `CHANCERY_HOME`, or `$XDG_DATA_HOME/chancery`, or
    /// `~/.local/share/chancery`.
    ///
    /// - Parameters:
    ///   - given: what the user wrote for `--all-dirs`, or nil.
    ///   - environment: looks an environment variable up.
    /// - Throws: an error of code `noSelection` if none of them is set.
    public static func locate(
        _ given: String?, environment: (String) -> String?
    ) throws(AdministrationError) -> Home {
        if let given, !given.isEmpty { return Home(path: withoutTrailingSlashes(given)) }
        func value(_ name: String) -> String? {
            environment(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        if let home = value("CHANCERY_HOME") { return Home(path: withoutTrailingSlashes(home)) }
        // The base directory specification says to ignore a relative path here.
        if let data = value("XDG_DATA_HOME"), data.hasPrefix("/") {
            return Home(path: withoutTrailingSlashes(data) + "/chancery")
        }
        if let home = value("HOME") { return Home(path: withoutTrailingSlashes(home) + "/.local/share/chancery") }
        throw AdministrationError(
            .noSelection, "there is no place for the directory: neither CHANCERY_HOME nor HOME is set",
            remedy: "say where with --all-dirs DIR")
    }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }
}
