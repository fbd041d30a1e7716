import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery generate creds`
struct GenerateCredentialsCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "creds", abstract: "Generate a user's credentials file.",
        discussion: """
            The credentials hold the user's seed: whoever has them is the user.
            """)
    static let example = "chancery generate creds --account SALES --name alice --output-file alice.creds"

    @OptionGroup var name: NameOptions
    @Option(name: .shortAndLong, text: "Write to this file, for its owner alone.", as: "file")
    var outputFile: String?
    @Option(
        name: [.customShort("K"), .long],
        text: "The user's seed, or a file with it, where the keyring does not have it.", as: "key")
    var privateKey: String?
    @OptionGroup var place: PlaceOptions

    private struct Answer: Encodable {
        var output_file: String
    }

    func run() throws {
        let json = place.directory.json
        guard outputFile != nil || !json else {
            throw ValidationError("--json needs --output-file: credentials are not put into JSON.")
        }
        let pair = try privateKey.map(Self.keyPair)
        let output = try CredentialsOutput(outputFile, replacing: true)
        try place.directory.open().change("generate creds") {
            try output.take($0.credentials(of: name.reference, at: place.place, pair: pair))
        }
        try output.deliver()
        guard let outputFile else { return }
        if json { return try JSONOutput.line(Answer(output_file: outputFile)) }
        Console.say("wrote the credentials to \(outputFile)")
    }

    private static func keyPair(_ text: String) throws -> KeyPair {
        guard case .pair(let pair) = try SignerChoice.read(text) else {
            throw AdministrationError(
                .invalidValue, "the credentials need the user's seed itself", remedy: "give it, or a file with it")
        }
        return pair
    }
}
