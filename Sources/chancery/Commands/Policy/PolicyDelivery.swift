import Administration
import ArgumentParser
import Messaging
import NKeys

/// How `policy apply` and its like bring a step to the servers.
struct PolicyDelivery: ParsableArguments {
    @Flag(help: "Change the directory alone, and bring nothing to the servers.") var directoryOnly = false
    @OptionGroup var system: SystemOptions

    /// Why nobody says how a service brings a step to servers.
    static let notOfService = AdministrationError(
        .refused, "the service brings changes to its servers by itself", remedy: "leave --directory-only out")

    /// Brings accounts and their settings to every server, and throws unless each has them.
    func deliver(_ directory: Directory, of place: Place) -> PolicyApplier.Delivery {
        if directoryOnly { return { _ in } }
        return { accounts in try await push(accounts, directory, place) }
    }

    private func push(_ accounts: [AccountEntry], _ directory: Directory, _ place: Place) async throws {
        let settings = try directory.read { reader in
            try accounts.reduce(into: [PublicKey: String]()) { tokens, account in
                tokens[account.publicKey] = try reader.settingsToken(of: account.publicKey)
            }
        }
        let outcomes: [PushOutcome]
        do {
            outcomes = try await system.withConnection(directory, of: place, for: .pushing) { connection in
                try await Self.push(accounts, settings, connection)
            }
        } catch let error as ClientError {
            throw AdministrationError(
                .distributionFailed, "this step did not reach the servers: \(error.message)", remedy: Self.remedy)
        }
        try directory.change("policy: servers answered") { try $0.noteDeliveries(outcomes) }
        let output = PushOutput(isJSON: false)
        for outcome in outcomes where !outcome.isComplete { try output.show(outcome, verb: "pushed", "to") }
        if let failure = AdministrationError(failed: outcomes) {
            throw AdministrationError(failure.code, failure.message, remedy: Self.remedy)
        }
    }

    private static let remedy = "go on with \"chancery policy apply --resume\" when they are back"

    private static func push(
        _ accounts: [AccountEntry], _ settings: [PublicKey: String], _ connection: SystemConnection
    ) async throws -> [PushOutcome] {
        // Settings first: a role is never without the rules for its replies.
        for outcome in try await connection.push(settings: settings) {
            guard let objection = outcome.objection else { continue }
            throw AdministrationError(
                .distributionFailed, "a server did not take the settings of \(outcome.publicKey): \(objection)",
                remedy: "see the server's log, and go on with \"chancery policy apply --resume\"")
        }
        return try await connection.push(accounts)
    }
}
