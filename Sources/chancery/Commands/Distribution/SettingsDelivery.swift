import Administration
import NKeys

extension Directory {
    /// The settings of accounts, by their keys; those that have none are not among them.
    func settings(of accounts: [AccountEntry]) throws -> [PublicKey: String] {
        try read { reader in
            try accounts.reduce(into: [PublicKey: String]()) { tokens, account in
                tokens[account.publicKey] = try reader.settingsToken(of: account.publicKey)
            }
        }
    }
}

extension SystemConnection {
    /// Sends settings to every server that takes such. They go before accounts: a role is never without the rules for its
    /// replies.
    ///
    /// - Throws: an error of code `distributionFailed` if a server refuses some.
    func push(_ settings: [PublicKey: String], remedy: String) async throws {
        guard !settings.isEmpty else { return }
        for outcome in try await push(settings: settings) {
            guard let objection = outcome.objection else { continue }
            throw AdministrationError(
                .distributionFailed, "a server did not take the settings of \(outcome.publicKey): \(objection)",
                remedy: remedy)
        }
    }
}
