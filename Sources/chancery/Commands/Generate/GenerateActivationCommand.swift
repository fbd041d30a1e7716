import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery generate activation`
struct GenerateActivationCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "activation", abstract: "Generate leave for another account to import a private export.")
    static let example = "chancery generate activation --account SALES --subject orders.place --target-account SHOP"

    @Option(name: .shortAndLong, text: "What may be imported: an export's subject, or a part of it.", as: "subject")
    var subject: String?
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The importing account, by name or public key.", valueName: "account"))
    var targetAccount: String
    @Option(name: .shortAndLong, file: "Write to this file.") var outputFile: String?
    @Flag(help: "Also give it to the operator's account server, which must be one that is spoken to over HTTP.")
    var push = false
    @OptionGroup var validity: ValidityOptions
    @OptionGroup var signer: SignerOptions
    @OptionGroup var place: PlaceOptions

    private struct Answer: Encodable {
        var activation: String
    }

    func run() async throws {
        let choice = try signer.choice
        let directory = try place.directory.open()
        let server = try push ? directory.read(accountServer) : nil
        let changed = try directory.change("generate activation") {
            try $0.generateActivation(
                subject, for: EntityReference(targetAccount), at: place.place, validity: validity.validity,
                signer: choice)
        }
        changed.report.warnings.forEach(Console.warn)
        try await server?.push(activation: changed.value)
        let text = Credentials.decoratedText(jwt: changed.value, typeName: "activation")
        if let outputFile { try PrivateFile.write(Secret(copying: Array(text.utf8)), to: outputFile) }
        if place.directory.json { return try JSONOutput.line(Answer(activation: changed.value)) }
        guard let outputFile else { return Console.raw(text) }
        Console.say("wrote the activation to \(outputFile)")
    }

    private func accountServer(_ reader: DirectoryReader) throws -> AccountServer {
        let entry = try reader.operator(at: place.place)
        guard let server = AccountServer(try entry.urls().accountServer) else {
            throw AdministrationError(
                .refused, "the operator \"\(entry.name)\" has no account server that is spoken to over HTTP",
                remedy: "write the activation to a file with --output-file, and hand that over")
        }
        return server
    }
}
