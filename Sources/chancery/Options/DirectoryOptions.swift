import Administration
import ArgumentParser

/// The directory, and the operator in it that a command works with.
struct DirectoryOptions: ParsableArguments {
    @Option(
        name: .customLong("operator"), text: "The operator to work with, instead of the selected one.", as: "name")
    var operatorName: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// The operator that was named.
    var operatorReference: EntityReference? { operatorName.map { EntityReference($0) } }

    /// Whether answers are to be JSON.
    var json: Bool { global.json }

    /// A file with the keyring's passphrase.
    var passphraseFile: String? { global.passphraseFile }

    /// The clock, the user and the passphrase that a directory is opened with.
    var surroundings: Directory.Surroundings { global.surroundings }

    /// The folders of the directory.
    var home: Home {
        get throws { try global.home }
    }

    /// Opens the directory; a missing one is an error.
    func open() throws -> Directory { try global.open() }

    /// Carries a change out, or only tries it, and says what it did.
    ///
    /// - Parameters:
    ///   - reason: what is done, in the words of the command.
    ///   - options: which key signs, and whether it is only tried.
    ///   - creating: whether a missing directory is made.
    ///   - body: makes the change, signed as the second argument says.
    @discardableResult
    func change<Value>(
        _ reason: String, _ options: any ChangeChoices, creating: Bool = false,
        _ body: (Change, SignerChoice) throws -> Value
    ) throws -> Value {
        let signer = try options.signer
        return try change(reason, creating: creating, dryRun: options.dryRun) { change in
            change.overridesPolicies = options.overridesPolicies
            return try body(change, signer)
        }
    }

    /// Carries a change out and says what it did.
    @discardableResult
    func change<Value>(
        _ reason: String, creating: Bool = false, dryRun: Bool = false, _ body: (Change) throws -> Value
    ) throws -> Value {
        let changed = try global.open(creating: creating).change(reason, dryRun: dryRun, body)
        try ChangeOutput.show(changed.report, asJSON: json, dryRun: dryRun)
        return changed.value
    }
}
