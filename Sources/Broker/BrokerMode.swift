import Authorization

/// Why a broker cannot be started with a configuration.
public struct BrokerStartError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    /// What to do about it.
    public let remedy: String

    public var description: String { remedy.isEmpty ? message : "\(message)\n  \(remedy)" }
}

/// What a broker starts from, whichever way its configuration says who comes in: whom it trusts, and the accounts that are
/// known from the start.
struct BrokerMode: Sendable {
    let trust: Trust
    let accounts: [AccountDefinition]
    /// What is odd, but no reason not to start.
    let warnings: [String]

    init(trust: Trust, accounts: [AccountDefinition], warnings: [String] = []) {
        self.trust = trust
        self.accounts = accounts
        self.warnings = warnings
    }

    /// Nothing works without the system account's claims, wherever they come from.
    func requireSystemAccount() throws(BrokerStartError) {
        guard let account = trust.systemAccount, !accounts.contains(where: { $0.identity == account }) else { return }
        throw BrokerStartError(
            message: "the system account \(account) has no JWT here",
            remedy: "add it to resolver_preload, or to where the resolver finds accounts")
    }

    init(_ configuration: BrokerConfiguration) throws(BrokerStartError) {
        self =
            configuration.isOperatorMode
            ? try OperatorMode.read(configuration) : try ConfigurationMode.read(configuration)
    }
}
