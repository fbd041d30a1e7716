import Authorization
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
    /// Unix seconds.
    let connectedAt: Int64
    let remoteAddress: String?

    init(
        serial: UInt64, connection: UInt64, principal: Principal, options: ConnectOptions, connectedAt: Int64,
        remoteAddress: String?
    ) {
        self.serial = serial
        self.connection = connection
        self.principal = principal
        name = options.name
        language = options.language
        version = options.version
        self.connectedAt = connectedAt
        self.remoteAddress = remoteAddress
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
