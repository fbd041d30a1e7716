import Administration
import ArgumentParser

/// `chancery export nsc`
struct ExportStoreCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "nsc", abstract: "Write everything as nsc keeps it: tokens, credentials, and seeds in plain text.",
        discussion: """
            Use it with "nsc --all-dirs DIR"; with --layout xdg, as $XDG_DATA_HOME/nats/nsc. Whoever has these files has
            every key.
            """)
    static let example = "chancery export nsc nsc-store"

    @Argument(help: ArgumentHelp("The folder, made if it is missing.", valueName: "dir"))
    var folder: String
    @Option(
        help: ArgumentHelp("How the files are laid out: all-dirs or xdg.", valueName: "layout"),
        transform: Self.layout)
    var layout = StoreLayout.allDirs
    @Flag(name: [.customShort("F"), .long], help: "Replace files that are there.")
    var force = false
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let changed = try directory.open().change("export nsc") {
            try $0.exportStore(of: directory.operatorReference, layout)
        }
        try changed.value.write(to: folder, replacing: force)
        try ChangeOutput.show(changed.report, asJSON: directory.json)
    }

    @Sendable private static func layout(_ text: String) throws -> StoreLayout {
        guard let layout = StoreLayout(rawValue: text) else {
            throw ValidationError("\"\(text)\" is not a layout: write all-dirs or xdg")
        }
        return layout
    }
}
