import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery export keys`
struct ExportKeysCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Write seeds in plain text into a folder, a file for each.",
        discussion: """
            Whoever has these files is whom they stand for. With --remove the keyring forgets what was written.
            """)
    static let example = "chancery export keys --users --account SALES --dir nkeys"

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder, made if it is missing.", valueName: "dir"))
    var dir: String
    @OptionGroup var wanted: KeyFilterOptions
    @Option(name: .customLong("curve"), text: "This curve key.", as: "key")
    var curveKey: String?
    @Flag(help: "Curve keys.")
    var curves = false
    @Flag(name: [.customShort("F"), .long], help: "Replace files that are there.")
    var force = false
    @Flag(help: "Write every JWT of the directory, too.")
    var includeJwts = false
    @Flag(name: [.customShort("R"), .long], help: "Delete from the keyring what was written.")
    var remove = false
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let opened = try directory.open()
        let place = Place(operator: directory.operatorReference)
        var filter = wanted.keyFilter
        if curves || curveKey != nil { filter.kinds.append(.curve) }
        if let curveKey { filter.text = curveKey }
        let keys = try opened.read { try $0.keys(matching: filter, at: place) }.map(\.key.publicKey)
        let taken = keys.map { "\(dir)/\($0).nk" }.first { PrivateFile.exists($0) }
        if let taken, !force {
            throw AdministrationError(
                .alreadyExists, "\(taken) exists already", remedy: "replace it with --force, or choose another folder")
        }
        let changed = try opened.change("export keys", dryRun: dryRun.dryRun) { try $0.exportSeeds(keys) }
        guard !dryRun.dryRun else { return try ChangeOutput.show(changed.report, asJSON: directory.json, dryRun: true) }
        try PrivateFile.makeFolder(dir)
        for seed in changed.value {
            try PrivateFile.write(seed.seed, to: "\(dir)/\(seed.publicKey).nk", replacing: force)
        }
        try ChangeOutput.show(changed.report, asJSON: directory.json)
        if includeJwts { try writeTokens(opened) }
        guard remove else { return }
        let removed = try opened.change("export keys --remove") { change in
            try change.forgetSeeds(changed.value.map(\.publicKey))
        }
        try ChangeOutput.show(removed.report, asJSON: directory.json)
    }

    private func writeTokens(_ opened: Directory) throws {
        let tokens = try opened.read { reader in
            try reader.operators().flatMap { entry in
                try [(entry.publicKey, entry.token)]
                    + reader.accounts(of: entry).flatMap { account in
                        try [(account.publicKey, account.token)]
                            + reader.users(of: account).map { ($0.publicKey, $0.token) }
                    }
            }
        }
        for (key, token) in tokens {
            try PrivateFile.write(Secret(copying: Array(token.utf8)), to: "\(dir)/\(key).jwt", replacing: force)
        }
    }
}
