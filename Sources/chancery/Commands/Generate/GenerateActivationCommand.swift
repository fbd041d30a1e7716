import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery generate activation`
struct GenerateActivationCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "activation", abstract: "Generate leave for another account to import a private export.")
    static let example = "chancery generate activation --account SALES --subject orders.place --target-account SHOP"

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("What may be imported: an export's subject, or a part of it.", valueName: "subject"))
    var subject: String?
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The importing account, by name or public key.", valueName: "account"))
    var targetAccount: String
    @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "file"))
    var outputFile: String?
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    private struct Answer: Encodable {
        var activation: String
    }

    func run() throws {
        let choice = try signer.choice
        let changed = try place.directory.open().change("generate activation") {
            try $0.generateActivation(
                subject, for: EntityReference(targetAccount), at: place.place, validity: validity.validity,
                signer: choice)
        }
        changed.report.warnings.forEach(Console.warn)
        if place.directory.json { return try JSONOutput.line(Answer(activation: changed.value)) }
        let text = Credentials.decoratedText(jwt: changed.value, typeName: "activation")
        guard let outputFile else { return Console.raw(text) }
        try PrivateFile.write(Secret(copying: Array(text.utf8)), to: outputFile)
        Console.say("wrote the activation to \(outputFile)")
    }
}
