import Administration
import ArgumentParser

/// `chancery keyring …`
struct KeyringCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "keyring", abstract: "See what opens the sealed seeds, and change it.",
        subcommands: [
            KeyringStatusCommand.self, KeyringSealCommand.self, KeyringUnsealCommand.self, KeyringRotateCommand.self,
        ])
    static let example = "chancery keyring status"
}

/// `chancery keyring status`
struct KeyringStatusCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what opens the keyring, and how many seeds it holds.")
    static let example = "chancery keyring status --json"

    @OptionGroup var directory: DirectoryOptions

    private struct Answer: Encodable {
        var seal: String?
        var seeds: Int
        var key_file: String
        var fault: String?
    }

    func run() throws {
        let status = try directory.open().keyringStatus()
        let file = try directory.home.keyFilePath
        if directory.json {
            try JSONOutput.line(Answer(seal: status.seal, seeds: status.seeds, key_file: file, fault: status.fault))
        } else {
            var table = Table(header: ["Keyring", ""])
            table.add("Sealed with", status.seal ?? "nothing: it is empty")
            if status.seal == "key file" { table.add("Key file", file) }
            table.add("Seeds", String(status.seeds))
            table.add("State", status.fault ?? "in order")
            Console.data(table.text(width: Console.width))
        }
        if status.fault != nil { throw ExitCode(1) }
    }
}

/// A passphrase that is to be the seal.
struct NewPassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file whose first line is that passphrase, where it is another one than --passphrase-file's.",
            valueName: "file"))
    var newPassphraseFile: String?

    /// The passphrase: from its own file, or else from that of the keyring's, or else from the terminal.
    func passphrase(_ directory: DirectoryOptions) -> Passphrase {
        Passphrase(newFile: newPassphraseFile ?? directory.passphraseFile)
    }
}

/// `chancery keyring seal`
struct KeyringSealCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "seal", abstract: "Seal the keyring with a passphrase, instead of its key file.",
        discussion: """
            From then on every command that signs needs the passphrase: --passphrase-file, CHANCERY_PASSPHRASE_FILE, or
            the terminal. The key file is deleted. A keyring that has a passphrase gets another one.
            """)
    static let example = "chancery keyring seal --passphrase-file passphrase.txt"

    @OptionGroup var new: NewPassphraseOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        try directory.open().sealKeyring(new.passphrase(directory).readTwice())
        try KeyringOutput.show("passphrase", directory)
    }
}

/// `chancery keyring unseal`
struct KeyringUnsealCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "unseal", abstract: "Seal the keyring with a new key file, instead of its passphrase.")
    static let example = "chancery keyring unseal --passphrase-file passphrase.txt"

    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        try directory.open().unsealKeyring()
        try KeyringOutput.show("key file", directory)
    }
}

/// `chancery keyring rotate`
struct KeyringRotateCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Seal every seed anew, so that copies of the old key open nothing.",
        discussion: """
            The key file is replaced; a passphrase stays, unless a new one is given.
            """)
    static let example = "chancery keyring rotate"

    @OptionGroup var new: NewPassphraseOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let passphrase = try new.newPassphraseFile.map { _ in try new.passphrase(directory).read() }
        try KeyringOutput.show(directory.open().rotateKeyring(passphrase), directory)
    }
}

/// What a change of the keyring says.
private enum KeyringOutput {
    private struct Answer: Encodable {
        var seal: String
    }

    static func show(_ seal: String, _ directory: DirectoryOptions) throws {
        if directory.json { return try JSONOutput.line(Answer(seal: seal)) }
        Console.say("the keyring is now sealed with a \(seal)")
    }
}
