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

    /// Brings accounts and their settings to every server, and throws unless each has them, and what ends with it is gone.
    func deliver(_ directory: Directory, of place: Place) -> PolicyApplier.Delivery {
        if directoryOnly { return { _, _ in } }
        return { accounts, cuts in try await push(accounts, cuts, directory, place) }
    }

    private func push(
        _ accounts: [AccountEntry], _ cuts: [ConnectionCut], _ directory: Directory, _ place: Place
    ) async throws {
        let settings = try directory.settings(of: accounts)
        let outcomes: [PushOutcome]
        var found: [PublicKey: [LingeringConnections]] = [:]
        do {
            let purpose: SystemPurpose = cuts.isEmpty ? .pushing : .cutting
            (outcomes, found) = try await system.withConnection(directory, of: place, for: purpose) { connection in
                let outcomes = try await Self.push(accounts, settings, connection)
                guard !cuts.isEmpty, outcomes.allSatisfy(\.isComplete) else { return (outcomes, [:]) }
                let lingering = try await connection.awaitEnd(of: cuts) { account in
                    try directory.read { try $0.accountEntry(account) }?.claims()
                }
                return (outcomes, lingering)
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
        for cut in cuts {
            for answer in outcomes.first(where: { $0.publicKey == cut.account })?.answers ?? [] {
                let connections = found[cut.account]?.first { $0.server == answer.server }
                guard connections?.count != 0 else { continue }
                throw AdministrationError(
                    .distributionFailed, "\(answer.server): \(LingeringConnections.words(connections))",
                    remedy: "go on with \"chancery policy apply --resume\"")
            }
        }
    }

    private static let remedy = "go on with \"chancery policy apply --resume\" when they are back"

    private static func push(
        _ accounts: [AccountEntry], _ settings: [PublicKey: String], _ connection: SystemConnection
    ) async throws -> [PushOutcome] {
        try await connection.push(
            settings, remedy: "see the server's log, and go on with \"chancery policy apply --resume\"")
        return try await connection.push(accounts)
    }
}
