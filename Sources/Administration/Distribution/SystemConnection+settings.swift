import Messaging
public import NKeys

/// What servers said to the settings of accounts.
public struct SettingsOutcome: Sendable {
    public let publicKey: PublicKey
    /// Whether any server takes settings at all; nats-server does not.
    public let isHeard: Bool
    /// Why a server did not take them; nil if all did that listen.
    public let objection: String?
}

extension SystemConnection {
    /// Sends the settings claims of accounts to every server that takes such.
    ///
    /// - Parameter tokens: by account.
    public func push(settings tokens: [PublicKey: String]) async throws -> [SettingsOutcome] {
        try await inFlight(tokens.sorted { $0.key < $1.key }, { _ in }) { key, token in
            guard let answers = try await ask(ClaimsSubjects.settings, Array(token.utf8)) else {
                return SettingsOutcome(publicKey: key, isHeard: false, objection: nil)
            }
            let refused = answers.map { ClaimsAnswer(payload: $0.payload) }.first { !$0.isAccepted }
            return SettingsOutcome(publicKey: key, isHeard: true, objection: refused?.text)
        }
    }
}
