import Authorization
import Secrets

/// What a client presented that nobody else may know. Held from CONNECT until it has been compared.
struct PresentedSecrets: Sendable {
    var password: Secret?
    var sharedToken: Secret?

    private static let nothing = Secret(copying: [])

    /// Compares one with what the configuration states. Of a hash that takes tens of milliseconds: never on a loop.
    func pass(_ check: PasswordCheck) -> Bool {
        let presented =
            switch check.presented {
            case .password: password
            case .sharedToken: sharedToken
            }
        return check.stated.matches(presented ?? Self.nothing)
    }
}
