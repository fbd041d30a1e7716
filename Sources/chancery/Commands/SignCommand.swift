import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery sign`
struct SignCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign a request: an account that was changed where its operator's key is not.",
        discussion: """
            Where the operator's key is not, changed accounts sign themselves. Bring such a token here, see what it says
            with "chancery describe jwt FILE", sign it, and take the result back with "chancery import account
            --overwrite".
            """)
    static let example = "chancery sign SALES.request --output-file SALES.jwt"

    @Argument(help: ArgumentHelp("The request.", valueName: "file"))
    var file: String
    @Option(name: .shortAndLong, text: "Write to this file.", as: "file")
    var outputFile: String?
    @OptionGroup var change: ChangeOptions
    @OptionGroup var directory: DirectoryOptions

    private struct Answer: Encodable {
        var account: String
    }

    func run() throws {
        let request = try TokenFile.token(file)
        let signer = try change.signer
        let changed = try directory.open().change("sign", dryRun: change.dryRun) {
            try $0.sign(request, of: directory.operatorReference, signer: signer)
        }
        changed.report.warnings.forEach(Console.warn)
        guard !change.dryRun else { return Console.say("the request would be signed") }
        let text = Credentials.decoratedText(jwt: changed.value, typeName: "account")
        if let outputFile {
            try PrivateFile.write(Secret(copying: Array(text.utf8)), to: outputFile)
            Console.say("wrote the signed account to \(outputFile)")
        } else if directory.json {
            try JSONOutput.line(Answer(account: changed.value))
        } else {
            Console.raw(text)
        }
    }
}
