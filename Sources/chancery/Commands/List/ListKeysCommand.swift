import Administration
import ArgumentParser
import NKeys

/// `chancery list keys`
struct ListKeysCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List the keys that the directory knows, and whether their seeds are here.")
    static let example = "chancery list keys --accounts --json"

    @Flag(name: [.customShort("A"), .long], help: "All keys; so it is without any filter.")
    var all = false
    @Flag(name: [.customShort("o"), .long], help: "Keys of operators.")
    var operators = false
    @Flag(name: .shortAndLong, help: "Keys of accounts.")
    var accounts = false
    @Flag(name: .shortAndLong, help: "Keys of users.")
    var users = false
    @Flag(name: [.customShort("x"), .long], help: "Curve keys.")
    var curve = false
    @Flag(help: "Keys that nothing refers to.")
    var notReferenced = false
    @OptionGroup var directory: DirectoryOptions

    private struct Listed: Encodable {
        var public_key: String
        var kind: String
        var purpose: String
        var role: String?
        var owner: String?
        var has_seed: Bool
    }

    func run() throws {
        let keys = try directory.open().read { try $0.keys() }.filter(isWanted)
        if directory.json {
            return try keys.forEach { key in
                try JSONOutput.line(
                    Listed(
                        public_key: key.publicKey.text, kind: key.publicKey.kind.name, purpose: key.purpose.rawValue,
                        role: key.role, owner: key.owner, has_seed: key.hasSeed))
            }
        }
        var table = Table(title: "Keys", header: ["Key", "Kind", "Purpose", "Role", "Seed"])
        for key in keys {
            table.add(
                key.publicKey.text, key.publicKey.kind.name, key.purpose.rawValue, key.role ?? "",
                key.hasSeed ? "kept" : "elsewhere")
        }
        Console.data(table.text(width: Console.width))
    }

    private func isWanted(_ key: KeyEntry) -> Bool {
        if notReferenced, key.purpose != .stored { return false }
        let kinds = [(operators, KeyKind.operator), (accounts, .account), (users, .user), (curve, .curve)]
        let wanted = kinds.filter(\.0).map(\.1)
        return all || wanted.isEmpty || wanted.contains(key.publicKey.kind)
    }
}
