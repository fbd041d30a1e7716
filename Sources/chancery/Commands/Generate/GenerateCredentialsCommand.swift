import AdminAPI
import Administration
import ArgumentParser
import Claims
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
        if let service = try place.directory.service {
            try output.take(credentials(pair, service))
        } else {
            try place.directory.open().change("generate creds") {
                try output.take($0.credentials(of: name.reference, at: place.place, pair: pair))
            }
        }
        try output.deliver()
        guard let outputFile else { return }
        if json { return try JSONOutput.line(Answer(output_file: outputFile)) }
        Console.say("wrote the credentials to \(outputFile)")
    }

    /// The credentials of a user whose seed is here: the service does not have it.
    private func credentials(_ pair: KeyPair?, _ service: RemoteService) throws -> Secret {
        guard let pair else {
            throw AdministrationError(
                .seedMissing, "the service hands out no seed that it keeps",
                remedy: "make a new user with \"chancery add user NAME --creds FILE\", or give the seed with "
                    + "--private-key")
        }
        let account = try service.account(at: place.place)
        let user = try service.userName(name.reference, of: account)
        let path = ServicePath.user(user, in: account.name, of: account.operator) + "/jwt"
        let token = try service.text(path)
        let claims = try UserClaims.decode(token)
        guard claims.subject == pair.publicKey.text else {
            throw AdministrationError(
                .refused, "the seed is not that of the user \"\(claims.name)\"",
                remedy: "give the seed of \(claims.subject)")
        }
        return try UserClaims.credentials(jwt: token, seed: pair.seed)
    }

    private static func keyPair(_ text: String) throws -> KeyPair {
        guard case .pair(let pair) = try SignerChoice.read(text) else {
            throw AdministrationError(
                .invalidValue, "the credentials need the user's seed itself", remedy: "give it, or a file with it")
        }
        return pair
    }
}
