import Administration
import ArgumentParser

/// `chancery backup`
struct BackupCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write an encrypted copy of everything, and verify it.",
        discussion: """
            The copy holds the directory and, where that opens the keyring, its key file. It is read back before the
            command ends: every token and every seed in it. With --verify a copy that exists is read.
            """)
    static let example = "chancery backup chancery.backup --passphrase-file passphrase.txt"

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String
    @Flag(help: "Only read and verify the file.")
    var verify = false
    @OptionGroup var new: NewPassphraseOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let content =
            verify
            ? try Backup.verify(
                file, passphrase: new.passphrase(directory).read(), surroundings: directory.surroundings)
            : try Backup.write(directory.open(), to: file, passphrase: new.passphrase(directory).readTwice())
        if !content.isRecorded {
            Console.warn("the directory cannot be written, so its audit log does not say that this backup was made")
        }
        try BackupOutput.show(content, verify ? "verified" : "wrote and verified", file, directory)
    }
}

/// `chancery restore`
struct RestoreCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring everything back from an encrypted copy.",
        discussion: """
            The copy is verified first. What is in the place already is never replaced: move it away, or restore to
            another place.
            """)
    static let example = "chancery restore chancery.backup --passphrase-file passphrase.txt --all-dirs place"

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String
    @OptionGroup var new: NewPassphraseOptions
    @OptionGroup var directory: DirectoryOptions

    func run() throws {
        let content = try Backup.restore(
            file, to: directory.home, passphrase: new.passphrase(directory).read(), surroundings: directory.surroundings
        )
        try BackupOutput.show(content, "restored", file, directory)
    }
}

/// What a backup holds.
private enum BackupOutput {
    private struct Answer: Encodable {
        var file: String
        var entries: Int
        var seeds: Int?
    }

    static func show(_ content: Backup.Content, _ verb: String, _ file: String, _ directory: DirectoryOptions) throws {
        if directory.json {
            return try JSONOutput.line(Answer(file: file, entries: content.entries, seeds: content.seeds))
        }
        let seeds = content.seeds.map { "\($0) seeds" } ?? "seeds under a passphrase of their own"
        Console.say("\(verb) \(file): \(content.entries) operators, accounts and users, \(seeds)")
    }
}
