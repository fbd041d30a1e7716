import Authorization
import NKeys
import Subjects

/// A signed-in client, as every part of the broker may know it. Immutable: a client that takes other permissions, or signs
/// in anew, is another value with another ``serial``.
final class Client: Sendable {
    /// Never the same for two values of one process.
    let serial: UInt64
    /// The server's number for the connection.
    let connection: UInt64
    let principal: Principal
    let name: String
    let language: String
    let version: String
    /// Unix nanoseconds.
    let connectedAt: Int64
    let remoteAddress: String?
    let type: ConnectionType
    private let presentation: ConnectionReport.Presentation?

    init(
        serial: UInt64, connection: UInt64, principal: Principal, options: ConnectOptions, connectedAt: Int64,
        remoteAddress: String?, type: ConnectionType
    ) {
        self.serial = serial
        self.connection = connection
        self.principal = principal
        name = options.name
        language = options.language
        version = options.version
        self.connectedAt = connectedAt
        self.remoteAddress = remoteAddress
        self.type = type
        presentation = options.presentation
    }

    // MARK: What is said of it

    private var kind: CredentialKind { principal.claimant.kind }

    /// What the user is called: by its key, or where it has none, its name, or what the client called itself; never a
    /// token. Whom a callout let in is called as the callout says, or as the client called itself. Empty for nothing.
    var shownUser: String {
        if kind == .callout {
            if !principal.tokenName.isEmpty { return principal.tokenName }
            return presentation?.shown ?? principal.user?.text ?? ""
        }
        let user = principal.shownUser
        return user.isEmpty ? presentation?.shown ?? "" : user
    }

    /// The name in the user JWT that the client brought; empty without one.
    var tokenName: String { kind == .callout ? "" : principal.tokenName }

    /// Who answers for the user's key: the key that signed its JWT, or where the server's configuration says which account
    /// it belongs to, that account. Nil for users without keys.
    var issuer: String? {
        let claimant = principal.claimant
        let isLocal = claimant.account.key == nil && (claimant.kind == .nkey || claimant.kind == .callout)
        return isLocal ? claimant.account.text : claimant.issuer?.text
    }

    // MARK: What it may do. Every question that the broker asks about a client's permissions is asked here.

    @inline(__always)
    func decide(_ action: Action, subject: Span<UInt8>, queue: [UInt8]? = nil) -> Decision {
        principal.permissions.decide(action, subject: subject, queue: queue)
    }

    /// Whether its messages may name a reply subject.
    @inline(__always)
    func decide(reply: Span<UInt8>) -> Decision {
        principal.permissions.decide(reply: reply)
    }

    /// Whom to ask about each delivery of an accepted subscription: the client itself, or nobody.
    func filter(of pattern: [UInt8], queue: [UInt8]?) -> Client? {
        principal.permissions.needsDeliveryFilter(pattern.span, queue: queue) ? self : nil
    }

    /// How delivered requests may be answered; nil where the publish lists alone say.
    var responseTerms: ResponseTerms? { principal.program.response }
}
