import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery list keys`
struct ListKeysCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List the keys that the directory knows, and whether their seeds are here.",
        discussion: """
            With --show-seeds the seeds are shown, one a line with its public key: a local export, which is recorded.
            """)
    static let example = "chancery list keys --accounts --json"

    @OptionGroup var wanted: KeyFilterOptions
    @Flag(name: [.customShort("x"), .long], help: "Curve keys.")
    var curve = false
    @Flag(name: [.customShort("S"), .long], help: "Show the seeds.")
    var showSeeds = false
    @OptionGroup var directory: DirectoryOptions

    private struct Listed: Encodable {
        var public_key: String
        var name: String?
        var kind: String
        var purpose: String
        var role: String?
        var owner: String?
        var has_seed: Bool
    }

    func run() throws {
        var filter = wanted.keyFilter
        if curve, !wanted.all { filter.kinds.append(.curve) }
        let opened = try directory.open()
        let keys = try opened.read { reader in
            try reader.keys(matching: filter, at: Place(operator: directory.operatorReference))
        }
        if showSeeds { return try show(seedsOf: keys.map(\.key.publicKey), opened) }
        if directory.json { return try keys.forEach { try JSONOutput.line(Self.listed($0)) } }
        var table = Table(title: "Keys", header: ["Name", "Key", "Kind", "Purpose", "Role", "Seed"])
        for named in keys {
            let key = named.key
            table.add(
                named.name ?? "", key.publicKey.text, key.publicKey.kind.name, key.purpose.rawValue, key.role ?? "",
                key.hasSeed ? "kept" : "elsewhere")
        }
        Console.data(table.text(width: Console.width))
    }

    private static func listed(_ named: NamedKey) -> Listed {
        let key = named.key
        return Listed(
            public_key: key.publicKey.text, name: named.name, kind: key.publicKey.kind.name,
            purpose: key.purpose.rawValue, role: key.role, owner: key.owner, has_seed: key.hasSeed)
    }

    private func show(seedsOf keys: [PublicKey], _ opened: Directory) throws {
        let seeds = try opened.change("list keys --show-seeds") { try $0.exportSeeds(keys) }.value
        for seed in seeds {
            if directory.json {
                Console.line("{\"public_key\":\"\(seed.publicKey)\",\"seed\":\"", seed.seed, "\"}")
            } else {
                Console.line("\(seed.publicKey) ", seed.seed, "")
            }
        }
    }
}
