import Administration
import ArgumentParser

/// The directory, and the account in it that a command works with.
struct PlaceOptions: ParsableArguments {
    @Option(name: .shortAndLong, text: "The account, by name or public key.", as: "account")
    var account: String?

    @OptionGroup var directory: DirectoryOptions

    /// The operator and account that were named.
    var place: Place {
        Place(operator: directory.operatorReference, account: account.map { EntityReference($0) })
    }
}

/// Which key signs.
struct SignerOptions: ParsableArguments {
    @Option(
        name: [.customShort("K"), .long],
        text: "The key to sign with: a role, a public key, a seed, or a file with one.", as: "key")
    var privateKey: String?

    /// The choice this option makes.
    var choice: SignerChoice {
        get throws {
            try privateKey.map { text throws(AdministrationError) in try SignerChoice.read(text) } ?? .automatic
        }
    }
}

/// How a change is made, as its command's options say.
protocol ChangeChoices {
    /// Which key signs.
    var signer: SignerChoice { get throws }
    /// Whether everything is only checked and shown.
    var dryRun: Bool { get }
    /// Whether somebody insists on editing what policies govern by hand.
    var overridesPolicies: Bool { get }
}

/// How something is changed that policies may govern.
struct GovernedChangeOptions: ParsableArguments, ChangeChoices {
    @Flag(help: "Edit even an account that is governed by its policy file. That is recorded.") var force = false
    @OptionGroup var options: ChangeOptions

    var signer: SignerChoice {
        get throws { try options.signer }
    }
    var dryRun: Bool { options.dryRun }
    var overridesPolicies: Bool { force }
}

/// How a change is made.
struct ChangeOptions: ParsableArguments, ChangeChoices {
    var overridesPolicies: Bool { false }

    @OptionGroup var signing: SignerOptions
    @OptionGroup var trial: DryRunOptions

    /// Which key signs.
    var signer: SignerChoice {
        get throws { try signing.choice }
    }

    /// Whether everything is only checked and shown.
    var dryRun: Bool { trial.dryRun }
}

/// A name that may be given by itself or with `--name`.
struct NameOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The name.", valueName: "name"))
    var positionalName: String?

    @Option(name: .shortAndLong, text: "The name, where it is not given by itself.", as: "name")
    var name: String?

    /// The name, if one was given.
    var given: String? { name ?? positionalName }

    /// What the name refers to, if one was given.
    var reference: EntityReference? { given.map { EntityReference($0) } }

    /// The name.
    ///
    /// - Throws: a usage error if there is none.
    func required() throws -> String {
        guard let given else { throw ValidationError("A name is required: give it by itself or with --name.") }
        return given
    }

    /// The name of something that is deleted, which is never chosen by itself as it is where something is shown.
    ///
    /// - Throws: an error of code `noSelection` if there is none, as when it is not clear what is to be shown.
    func chosen(_ what: String) throws -> String {
        guard let given else { throw NameOptions.notChosen(what) }
        return given
    }

    /// Nothing says what is meant.
    static func notChosen(_ what: String) -> AdministrationError {
        AdministrationError(.noSelection, "\(what) is required", remedy: "name it by itself or with --name")
    }

    func validate() throws {
        if let name, let positionalName, name != positionalName {
            throw ValidationError("Two names were given: \"\(positionalName)\" and \"\(name)\".")
        }
    }
}

/// Whether a command only shows what it would do.
struct DryRunOptions: ParsableArguments {
    @Flag(help: "Check and show everything, and change nothing.")
    var dryRun = false
}
