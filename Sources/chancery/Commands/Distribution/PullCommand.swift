import Administration
import ArgumentParser
import NKeys

/// `chancery pull`
struct PullCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Take in the accounts that the servers have.",
        discussion: """
            What the operator did not sign is left out, and nothing is deleted here. Servers have no users and no seeds.
            """)
    static let example = "chancery pull --all --account-jwt-server-url nats://127.0.0.1:4222"

    @Flag(name: [.customShort("A"), .long], help: "Every account of the operator.")
    var all = false
    @Flag(
        name: [.customShort("F"), .long], help: "Replace tokens here that are later than those of the servers.")
    var overwriteNewer = false
    @OptionGroup var dryRun: DryRunOptions
    @OptionGroup var system: SystemOptions
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if all, place.account != nil { throw ValidationError("--all and --account exclude each other.") }
    }

    func run() async throws {
        let directory = try place.directory.open()
        let key = try all ? nil : directory.read(account)
        let entry = try directory.read { try $0.operator(at: place.place) }
        if let server = try system.accountServer(of: entry) {
            let keys = try key.map { [$0] } ?? directory.read { try $0.accounts(of: entry).map(\.publicKey) }
            return try takeIn(await server.tokens(of: keys), directory)
        }
        let tokens = try await system.withConnection(directory, of: place.place, for: .reading) { connection in
            guard let key else { return try await connection.tokens() }
            return try await connection.token(of: key).map { [key: $0] }
        }
        guard let tokens else {
            throw AdministrationError(
                .distributionFailed,
                key.map { "no server has the account \($0)" } ?? "the servers hand out no accounts",
                remedy: "only servers that keep accounts in a folder do (\"generate config --nats-resolver\")")
        }
        try takeIn(tokens, directory)
    }

    private func takeIn(_ tokens: [PublicKey: String], _ directory: Directory) throws {
        let outcomes = try directory.change("pull", dryRun: dryRun.dryRun) { change in
            try change.pull(
                tokens, of: change.reader.operator(at: place.place), overwritingNewer: overwriteNewer)
        }.value
        let output = PushOutput(isJSON: place.directory.json)
        var refused = 0
        for outcome in outcomes {
            if case .refused(let reason) = outcome.result {
                refused += 1
                Console.warn("\"\(outcome.name)\" was left out: \(reason)")
            }
            try output.show(outcome.name, outcome.publicKey, outcome.result.word)
        }
        guard refused == 0 else {
            throw AdministrationError(
                .refused, "\(refused) of \(outcomes.count) accounts were left out", remedy: "see above")
        }
    }

    /// The account that was named, which need not be here yet if it was named by its key.
    private func account(_ reader: DirectoryReader) throws -> PublicKey {
        if let key = place.place.account?.publicKey { return key }
        return try reader.account(at: place.place).publicKey
    }
}

extension PullOutcome.Result {
    fileprivate var word: String {
        switch self {
        case .added: "added"
        case .changed: "changed"
        case .unchanged: "unchanged"
        case .refused: "left out"
        }
    }
}
