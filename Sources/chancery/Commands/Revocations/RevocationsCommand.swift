import Administration
import ArgumentParser
import Claims

/// `chancery revocations …`
struct RevocationsCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "revocations", abstract: "Revoke what was issued to users or accounts, list it, take it back.",
        subcommands: [
            AddRevocationCommand.self, ListRevocationsCommand.self, DeleteRevocationCommand.self,
            AddActivationRevocationCommand.self, ListActivationRevocationsCommand.self,
            DeleteActivationRevocationCommand.self,
        ],
        aliases: ["revocation"])
    static let example = "chancery revocations add-user --account SALES alice && chancery push --account SALES"
}

/// The user that a revocation is about.
struct RevokedUserOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The user, by name or public key, or * for every user.", valueName: "name"))
    var positionalName: String?

    @Option(name: .shortAndLong, text: "The user, where it is not given by itself.", as: "name")
    var name: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The user's public key, which need not be known here, or *.", valueName: "key"))
    var userPublicKey: String?

    /// What was named.
    func required() throws -> String {
        if let key = userPublicKey, key != RevocationList.everyone, EntityReference(key).publicKey == nil {
            throw AdministrationError(
                .invalidValue, "\"\(key)\" is no public key of a user",
                remedy: "give a key that begins with U, or a name without --user-public-key")
        }
        guard let text = userPublicKey ?? name ?? positionalName else {
            throw ValidationError("A user is required: give its name, or its key with --user-public-key.")
        }
        return text
    }
}
