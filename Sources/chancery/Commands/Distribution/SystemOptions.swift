import Administration
import ArgumentParser
import Messaging
import NKeys

/// How a command reaches the servers of an operator.
struct SystemOptions: ParsableArguments {
    @Option(
        name: [.customShort("u"), .customLong("account-jwt-server-url")],
        text: "A server; by default the operator's account server.", as: "url")
    var url: String?
    @Option(
        help: ArgumentHelp("How many seconds to wait for the answers to one request, 1 to 60.", valueName: "seconds"))
    var timeout = 5
    @Option(text: "The system account to sign in to.", as: "account") var systemAccount: String?
    @Option(text: "A user of the system account to sign in as; by default one for this time only.", as: "user")
    var systemUser: String?

    @OptionGroup(title: "TLS") var security: TLSFlags

    func validate() throws {
        guard (1...60).contains(timeout) else { throw ValidationError("--timeout takes 1 to 60 seconds.") }
    }

    /// The account server, where it is one that is spoken to over HTTP.
    func accountServer(of entry: OperatorEntry) throws -> AccountServer? {
        AccountServer(try url ?? entry.urls().accountServer, timeout: .seconds(timeout), tls: security.tls)
    }

    /// Connects as a user of the system account, runs `body` and closes the connection.
    func withConnection<Result: Sendable>(
        _ directory: Directory, of place: Place, for purpose: SystemPurpose,
        _ body: (SystemConnection) async throws -> Result
    ) async throws -> Result {
        let address = try directory.read { reader in
            try ServerChoice.address(url, of: reader.operator(at: place), forPush: true)
        }
        let connection = try await SystemConnection.open(
            address, as: try signIn(directory, of: place, purpose), isTemporaryUser: systemUser == nil,
            timeout: .seconds(timeout), tls: security.tls)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    private func signIn(_ directory: Directory, of place: Place, _ purpose: SystemPurpose) throws -> SignIn {
        guard let systemUser else {
            let account = systemAccount.map { EntityReference($0) }
            return try directory.change("push") { try $0.systemSignIn(at: place, to: account, for: purpose) }.value
        }
        var system = Place(operator: place.operator, account: systemAccount.map { EntityReference($0) })
        if systemAccount == nil {
            system.account = try directory.read { reader in
                EntityReference(try reader.systemAccount(of: reader.operator(at: system)).publicKey)
            }
        }
        return try directory.signIn(as: EntityReference(systemUser), at: system)
    }
}
