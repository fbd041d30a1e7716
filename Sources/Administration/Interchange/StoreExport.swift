import Claims
import FoundationEssentials
import GRDB
import NKeys
import Secrets

/// The files of an nsc store, as the directory's content makes them: tokens, seeds in plain text, credentials.
public struct StoreExport: Sendable {
    /// A file of the store.
    struct File: Sendable {
        /// Its path below the store's root.
        let path: String
        let content: Secret
    }

    private(set) var files: [File] = []
    private(set) var operators: [String] = []
    private let layout: StoreLayout
    /// The names that nsc is to have selected.
    private var selection: [String: String] = [:]

    init(_ layout: StoreLayout) {
        self.layout = layout
    }

    /// Writes the store into a folder.
    ///
    /// - Parameter replacing: whether files that are there are replaced.
    /// - Throws: ``AdministrationError`` of code `alreadyExists` when the folder holds one of the operators already, or
    ///   `storageFailed`.
    public func write(to folder: String, replacing: Bool = false) throws(AdministrationError) {
        let stores = layout.stores(folder)
        if !replacing, let name = operators.first(where: { PrivateFile.exists("\(stores)/\($0)") }) {
            throw AdministrationError(
                .alreadyExists, "there is an operator \"\(name)\" in \(stores)",
                remedy: "choose an empty folder, or replace files with --force")
        }
        try checkNames()
        var folders: Set<ExactText> = []
        for file in files {
            let path = "\(folder)/\(file.path)"
            let parent = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
            if folders.insert(ExactText(String(parent))).inserted { try PrivateFile.makeFolder(String(parent)) }
            try PrivateFile.write(file.content, to: path)
        }
        guard layout == .allDirs, !selection.isEmpty else { return }
        // nsc reads its settings here only when everything lies in one folder.
        try PrivateFile.write(
            Self.json(selection.merging(["store_root": folder]) { first, _ in first }), to: folder + "/nsc.json")
    }

    /// Refuses, before anything is written, what no file can be called. Names were once allowed to be longer.
    private func checkNames() throws(AdministrationError) {
        for file in files {
            guard let name = file.path.split(separator: "/").first(where: { $0.utf8.count > 255 }) else { continue }
            throw AdministrationError(
                .refused, "\"\(name)\" is too long for the name of a file",
                remedy: "give what it belongs to a name of at most \(EntityName.longest) bytes; nothing was written")
        }
    }

    // MARK: Putting it together

    mutating func add(_ entry: OperatorEntry) {
        operators.append(entry.name)
        let folder = store(entry.name)
        let mark = """
            {"managed":\(entry.isManaged),"name":\(Self.quoted(entry.name)),"kind":"operator","version":"1"}
            """
        add("\(folder)/\(StoreLayout.mark)", Secret(copying: Array(mark.utf8)))
        add("\(folder)/\(entry.name).jwt", entry.token)
    }

    mutating func add(_ account: AccountEntry, of entry: OperatorEntry) {
        add("\(store(entry.name))/accounts/\(account.name)/\(account.name).jwt", account.token)
    }

    mutating func add(
        _ user: UserEntry, of account: AccountEntry, _ entry: OperatorEntry, credentials: Secret?
    ) {
        add("\(store(entry.name))/accounts/\(account.name)/users/\(user.name).jwt", user.token)
        guard let credentials else { return }
        add(keystore("creds/\(entry.name)/\(account.name)/\(user.name).creds"), credentials)
    }

    mutating func add(_ seed: ExportedSeed) {
        add(keystore(StoreLayout.seedPath(seed.publicKey.text)), seed.seed)
    }

    mutating func select(_ operator: OperatorEntry, _ account: AccountEntry?) {
        selection = ["operator": `operator`.name, "account": account?.name ?? ""]
    }

    private mutating func add(_ path: String, _ text: String) {
        add(path, Secret(copying: Array(text.utf8)))
    }

    private mutating func add(_ path: String, _ content: Secret) {
        files.append(File(path: path, content: content))
    }

    private func store(_ name: String) -> String { layout == .xdg ? "stores/\(name)" : name }

    private func keystore(_ path: String) -> String { layout == .xdg ? "keys/\(path)" : path }

    private static func quoted(_ text: String) -> String {
        // A text can always be written as JSON.
        (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    private static func json(_ members: [String: String]) -> Secret {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A dictionary of texts can always be written as JSON.
        return Secret(copying: [UInt8]((try? encoder.encode(members)) ?? Data()))
    }
}

extension Change {
    /// Puts together what an nsc store holds of operators, with every seed that the keyring has for them. Each of them
    /// is noted.
    ///
    /// - Parameter reference: the operator that is meant, without keys that nothing refers to; nil for all operators
    ///   and all keys.
    public func exportStore(of reference: EntityReference?, _ layout: StoreLayout) throws -> StoreExport {
        var export = StoreExport(layout)
        let operators = try reference.map { [try reader.operator($0)] } ?? reader.operators()
        var owners: Set<String> = []
        for entry in operators {
            export.add(entry)
            owners.insert(entry.publicKey.text)
            for account in try reader.accounts(of: entry) {
                owners.insert(account.publicKey.text)
                export.add(account, of: entry)
                for user in try reader.users(of: account) {
                    export.add(user, of: account, entry, credentials: try credentialsIfKept(of: user))
                }
            }
        }
        let seeds = try reader.keys().filter { key in
            key.hasSeed
                && (reference == nil || owners.contains(key.publicKey.text) || key.owner.map(owners.contains) ?? false)
        }
        for seed in try exportSeeds(seeds.map(\.publicKey)) where try !isGap(seed.publicKey) { export.add(seed) }
        let selection = try reader.selection()
        if let entry = operators.first(where: { $0.publicKey == selection.operator }) {
            export.select(entry, try selection.account.flatMap { try reader.accountEntry($0) })
        }
        return export
    }

    /// Whether the store that something came in with had no file of its own for it: the credentials of a user of
    /// `scope`, or a seed.
    private func isGap(_ key: PublicKey, scope: String = "") throws -> Bool {
        try database.finds("SELECT 1 FROM store_gaps WHERE scope = ? AND public_key = ?", [scope, key.text])
    }

    private func credentialsIfKept(of user: UserEntry) throws -> Secret? {
        guard try !isGap(user.publicKey, scope: user.account.text) else { return nil }
        guard let pair = try keyring.keyPair(user.publicKey) else { return nil }
        do throws(ClaimsError) {
            return try UserClaims.credentials(jwt: user.token, seed: pair.seed)
        } catch {
            throw AdministrationError(.invalidClaims, error.description)
        }
    }
}
