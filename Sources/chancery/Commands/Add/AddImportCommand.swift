import Administration
import ArgumentParser

/// `chancery add import`
struct AddImportCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take a stream or service from another account.")
    static let example =
        "chancery add import --account SHOP --src-account SALES --remote-subject orders.place --service"

    @Option(text: "The exporting account, by name or public key.", as: "account") var srcAccount: String?
    @Option(text: "The subject in the exporting account.", as: "subject") var remoteSubject: String?
    @Option(
        name: [.customShort("s"), .long],
        help: ArgumentHelp("The subject in this account, where it is to be another one.", valueName: "subject"))
    var localSubject: String?
    @Option(name: .shortAndLong, text: "A name; by default the subject.", as: "name")
    var name: String?
    @Option(truth: "Whether it is a service rather than a stream.") var service: Bool?
    @Option(truth: "Whether a service's exporter learns who asks.") var share: Bool?
    @Option(truth: "Whether message traces may cross into the other account.") var allowTrace: Bool?
    @Option(
        name: [.customShort("u"), .long], parsing: .unconditional,
        help: ArgumentHelp("An activation, or a file with one, for a private export.", valueName: "token"))
    var token: String?
    @OptionGroup var change: GovernedChangeOptions
    @OptionGroup var place: PlaceOptions

    func run() throws {
        var new = NewImport()
        new.source = srcAccount.map { EntityReference($0) }
        (new.remoteSubject, new.localSubject, new.name) = (remoteSubject, localSubject, name)
        (new.isService, new.share, new.allowTrace) = (service ?? false, share ?? false, allowTrace ?? false)
        new.activation = try token.map { try TokenFile.token($0) }
        try place.edit("add import", .addImport(new), change)
    }
}
