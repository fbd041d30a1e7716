import Administration
import ArgumentParser
import Messaging
import NKeys

/// `chancery push`
struct PushCommand: AsyncParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Bring accounts to the servers, and wait until each of them has answered.")
    static let example = "chancery push --all --account-jwt-server-url nats://127.0.0.1:4222"

    @Flag(name: [.customShort("A"), .long], help: "Push every account of the operator.")
    var all = false
    @Option(
        name: [.customShort("u"), .customLong("account-jwt-server-url")],
        help: ArgumentHelp("A server; by default the operator's account server.", valueName: "url"))
    var url: String?
    @Option(
        help: ArgumentHelp("How many seconds to wait for the answers to one account, 1 to 60.", valueName: "seconds"))
    var timeout = 5
    @Flag(name: [.customShort("F"), .long], help: "Push even what servers would refuse.")
    var force = false
    @Option(help: ArgumentHelp("The system account to push as.", valueName: "account"))
    var systemAccount: String?
    @Option(
        help: ArgumentHelp(
            "A user of the system account to push as; by default one for this push only.", valueName: "user"))
    var systemUser: String?
    @OptionGroup var place: PlaceOptions

    private struct Answer: Encodable {
        struct Server: Encodable {
            var server: String
            var accepted: Bool
            var message: String
        }

        var account: String
        var public_key: String
        var complete: Bool
        var expected: Int
        var answers: [Server]
    }

    func validate() throws {
        guard (1...60).contains(timeout) else { throw ValidationError("--timeout takes 1 to 60 seconds.") }
        if all, place.account != nil { throw ValidationError("--all and --account exclude each other.") }
    }

    func run() async throws {
        let directory = try place.directory.open()
        let (accounts, address) = try directory.read { reader in
            let entry = try reader.operator(at: place.place)
            let accounts = try all ? reader.accounts(of: entry) : [reader.account(at: place.place)]
            if !force { try reader.checkBeforePush(accounts, of: entry, at: SystemClock.now()) }
            return (accounts, try ServerChoice.address(url, of: entry, forPush: true))
        }
        let push = ClaimsPush(
            address: address, signIn: try signIn(directory), isTemporaryUser: systemUser == nil,
            timeout: .seconds(timeout))
        let outcomes = try await push.push(accounts, progress: show)
        let incomplete = outcomes.count { !$0.isComplete }
        guard incomplete == 0 else {
            throw AdministrationError(
                .distributionFailed, "\(incomplete) of \(outcomes.count) accounts did not reach every server",
                remedy: "see above, and push again when the servers are there")
        }
    }

    private func signIn(_ directory: Directory) throws -> SignIn {
        guard let systemUser else {
            return try directory.change("push") { try $0.systemSignIn(at: place.place) }.value
        }
        var system = Place(
            operator: place.directory.operatorReference, account: systemAccount.map { EntityReference($0) })
        if systemAccount == nil {
            system.account = try directory.read { reader in
                EntityReference(try reader.systemAccount(of: reader.operator(at: system)).publicKey)
            }
        }
        return try directory.signIn(as: EntityReference(systemUser), at: system)
    }

    private func show(_ outcome: ClaimsPush.Outcome) throws {
        if place.directory.json {
            return try JSONOutput.line(
                Answer(
                    account: outcome.account.name, public_key: outcome.account.publicKey.text,
                    complete: outcome.isComplete, expected: outcome.expected,
                    answers: outcome.answers.map { .init(server: $0.server, accepted: $0.isAccepted, message: $0.text) }
                ))
        }
        let name = "\"\(outcome.account.name)\""
        for answer in outcome.answers where !answer.isAccepted {
            Console.warn("\(answer.server) refused \(name): \(answer.text)")
        }
        let accepted = outcome.answers.count(where: \.isAccepted)
        if outcome.isComplete {
            Console.say(Console.printable("pushed \(name) to \(accepted) of \(outcome.expected) servers"))
        } else {
            Console.warn("\(name) reached \(accepted) of \(outcome.expected) servers")
        }
    }
}
