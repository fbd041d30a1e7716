import Administration
import FoundationEssentials
import Glibc
import Secrets

/// Places that were given a name, and the one that commands use which name none.
struct SavedContexts: Codable, Equatable {
    /// A place.
    struct Context: Codable, Equatable {
        /// The folder that holds everything; nil for a service.
        var all_dirs: String?
        /// The folder of the key file, where it is another one.
        var keystore_dir: String?
        /// The address of a service, in the place of a folder.
        var server: String?
        /// The file with the token for it.
        var token_file: String?
        /// The file of the authorities that vouch for it.
        var ca_file: String?
        /// What commands mean that name no operator and no account.
        var `operator`: String?
        var account: String?
    }

    /// The name of the one in use; nil for none.
    var selected: String?
    /// Each by its name.
    var contexts: [String: Context] = [:]

    /// The name of the one in use, if any.
    var currentName: String? {
        Environment.value("CHANCERY_CONTEXT") ?? selected.flatMap { contexts[$0] == nil ? nil : $0 }
    }

    /// The one in use: that of `CHANCERY_CONTEXT`, or else the selected one.
    var current: Context? {
        get throws {
            if let named = Environment.value("CHANCERY_CONTEXT") { return try context(named) }
            return selected.flatMap { contexts[$0] }
        }
    }

    /// The context of a name.
    func context(_ name: String) throws -> Context {
        if let context = contexts[name] { return context }
        throw AdministrationError(
            .notFound, "there is no context \"\(name)\"", remedy: "see \"chancery context list\"")
    }
}

/// The file that the contexts are saved in.
struct ContextFile {
    private let folder: String

    private var path: String { folder + "/contexts.json" }

    /// The file in a folder; without one, in `$XDG_CONFIG_HOME/chancery`.
    init(folder: String?) throws {
        if let folder {
            self.folder = folder
        } else {
            self.folder = try Self.configuration(for: "contexts") + "/chancery"
        }
    }

    /// The contexts; none if the file is missing.
    func read() throws -> SavedContexts {
        guard PrivateFile.exists(path) else { return SavedContexts() }
        let content = try PrivateFile.read(path)
        do {
            return try content.withBytes { try JSONDecoder().decode(SavedContexts.self, from: Data($0)) }
        } catch {
            throw AdministrationError(
                .storageFailed, "the saved contexts in \(path) cannot be read",
                remedy: "correct the file or delete it; no directory is touched by that")
        }
    }

    /// Changes the contexts. Processes that do so at once wait for each other.
    func change(_ body: (inout SavedContexts) throws -> Void) throws {
        try PrivateFile.makeFolder(folder)
        let done: Void? = try PrivateFile.withFolderLock(folder, patience: 30) {
            var contexts = try read()
            try body(&contexts)
            let text = try JSONOutput.text(contexts) + "\n"
            try PrivateFile.write(Secret(copying: Array(text.utf8)), to: path)
        }
        guard done != nil else {
            throw AdministrationError(
                .storageFailed, "the saved contexts in \(folder) have been busy for 30 seconds",
                remedy: "try again when the other programs have ended")
        }
    }

    /// The folder of this user's settings.
    ///
    /// - Parameter what: what is to be kept there, for the message.
    static func configuration(for what: String) throws -> String {
        if let configuration = Environment.value("XDG_CONFIG_HOME") { return configuration }
        guard let home = Environment.value("HOME") else {
            throw AdministrationError(
                .noSelection, "there is no place for \(what): neither XDG_CONFIG_HOME nor HOME is set",
                remedy: "set XDG_CONFIG_HOME")
        }
        return home + "/.config"
    }

    /// A path that means the same from any folder.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }
}
