/// The folder that holds everything of one installation: the directory and the key file of its sealed keyring. The key
/// file may lie in a folder of its own.
public struct Home: Sendable, Hashable {
    /// The folder's path, as it was given.
    public let path: String

    /// The folder of the key file, which may be another one: then neither folder alone opens anything.
    public let keystorePath: String

    /// The home at `path`. Nothing is read or made yet.
    ///
    /// - Parameter keystore: the folder of the key file; nil for the same.
    public init(path: String, keystore: String? = nil) {
        self.path = path
        keystorePath = keystore ?? path
    }

    /// The SQLite database with every operator, account, user, token and sealed seed.
    public var directoryPath: String { path + "/directory.sqlite" }

    /// The key that opens the sealed keyring. Whoever has this file and the directory has every seed.
    public var keyFilePath: String { keystorePath + "/keyring.key" }

    /// The folder of the logs of brokers that run beside the directory.
    public var logsPath: String { path + "/audit" }

    /// Finds the home: what the user said, or `CHANCERY_HOME`, or `$XDG_DATA_HOME/chancery`, or
    /// `~/.local/share/chancery`.
    ///
    /// - Parameters:
    ///   - given: what the user wrote for the folder, or nil.
    ///   - keystore: what the user wrote for the folder of the key file, or nil.
    ///   - environment: looks an environment variable up.
    /// - Throws: an error of code `noSelection` if none of them is set.
    public static func locate(
        _ given: String?, keystore: String? = nil, environment: (String) -> String?
    ) throws(AdministrationError) -> Home {
        func value(_ name: String) -> String? {
            environment(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        func home(_ path: String) -> Home {
            Home(path: withoutTrailingSlashes(path), keystore: keystore.map(withoutTrailingSlashes))
        }
        if let given, !given.isEmpty { return home(given) }
        if let named = value("CHANCERY_HOME") { return home(named) }
        // The base directory specification says to ignore a relative path here.
        if let data = value("XDG_DATA_HOME"), data.hasPrefix("/") {
            return home(withoutTrailingSlashes(data) + "/chancery")
        }
        if let user = value("HOME") { return home(withoutTrailingSlashes(user) + "/.local/share/chancery") }
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
