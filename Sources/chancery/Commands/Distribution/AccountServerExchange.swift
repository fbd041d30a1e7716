import Administration
import NKeys

/// Accounts on their way to an account server and, signed by an operator that is run elsewhere, back.
struct AccountServerExchange {
    let server: AccountServer
    let directory: Directory
    let entry: OperatorEntry
    let output: PushOutput
    let dryRun: Bool

    /// Gives the server the tokens of accounts, one after the other. What the operator signed comes back.
    func push(_ accounts: [AccountEntry]) async throws {
        for account in accounts {
            guard !dryRun else {
                let there = try await server.token(of: account.publicKey)
                try output.show(account, .of(account, there: there))
                continue
            }
            try await server.push(account.token, of: account.publicKey)
            let isSigned = try await entry.isManaged ? takeBack(account) : true
            try output.show(account.name, account.publicKey, isSigned ? "pushed" : "pushed, not signed yet")
        }
    }

    /// Takes the operator's signature in, once it is there.
    private func takeBack(_ account: AccountEntry) async throws -> Bool {
        guard let token = try await server.token(of: account.publicKey) else { return false }
        let outcomes = try directory.change("push: take the operator's signature") { change in
            try change.pull([account.publicKey: token], of: entry, overwritingNewer: true)
        }.value
        return outcomes.allSatisfy { outcome in
            if case .refused = outcome.result { false } else { true }
        }
    }
}

extension AccountServer {
    /// The tokens that the server has of accounts.
    func tokens(of accounts: [PublicKey]) async throws -> [PublicKey: String] {
        var tokens: [PublicKey: String] = [:]
        for account in accounts { tokens[account] = try await token(of: account) }
        return tokens
    }
}
