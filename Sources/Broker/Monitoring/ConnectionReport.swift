import Authorization
import NKeys
import Subjects

/// What can be told of a connection, open or closed, at some moment. Names and public keys only: nothing that could be
/// used (rule S10).
struct ConnectionReport: Sendable {
    let id: UInt64
    let type: ConnectionType
    /// The client's address; nil where there is none to be told.
    let address: String?
    let port: Int
    /// Unix nanoseconds.
    let startedAt: Int64
    let lastActivity: Int64
    /// Why and when it ended; nil for one that is open.
    let ending: (state: ClosedState, at: Int64)?
    /// Nanoseconds; 0 where it was not measured.
    let roundTrip: Int64
    /// Bytes that wait for the client.
    let pending: Int
    let traffic: Traffic
    let subscriptionCount: Int
    /// Empty where they were not asked for.
    var subscriptions: [SubscriptionReport] = []
    let name: String
    let language: String
    let version: String
    /// The number of the account; nil for somebody who has not been let in.
    let account: Int?
    /// Who was let in; nil for somebody who was not.
    let client: Client?
    /// What was presented last, whether or not it was good.
    let claimant: Claimant?
    let presentation: Presentation?
    /// What TLS came to; nil without it.
    var security: ClientSecurity?

    /// What a client called itself, of what is no secret.
    enum Presentation: Sendable, Hashable {
        case user(String)
        case key(String)
        /// A token, which is not shown.
        case token

        /// As it may be shown: a name may hold a secret that was put in the wrong place.
        var shown: String {
            switch self {
            case .user(let name), .key(let name): SecretText.hidden(in: name)
            case .token: Principal.redacted
            }
        }
    }
}

extension ConnectionReport {
    /// What the client is called. Of somebody who was not let in, what it called itself, or its JWT did. Nil for nothing.
    var shownUser: String? {
        if let client {
            let user = client.shownUser
            return user.isEmpty ? nil : user
        }
        switch presentation {
        case .user, .key: return presentation?.shown
        case .token, nil: return claimant?.user?.text ?? presentation?.shown
        }
    }

    /// Who answers for the client's key; see ``Client/issuer``. Nil for nobody.
    var issuer: String? {
        if let client { client.issuer } else { claimant?.issuer?.text }
    }
}

extension ConnectionReport {
    /// What is kept of it when the connection has ended: no certificates, which are large.
    var remembered: ConnectionReport {
        var report = self
        report.security = security?.withoutCertificates
        return report
    }
}

/// What can be told of a client's subscription.
struct SubscriptionReport: Sendable {
    let subject: [UInt8]
    let queue: [UInt8]?
    /// The client's number for it.
    let id: [UInt8]
    let delivered: Int
    /// Deliveries after which it ends; nil for any number.
    let maximum: Int?
    let connection: UInt64
    /// The number of the account.
    let account: Int
}

extension Session {
    func report() -> ConnectionReport {
        let now = context.monotonicNow
        return ConnectionReport(
            id: id, type: listener.type, address: remoteAddress, port: remotePort, startedAt: startedAt,
            lastActivity: context.environment.nanoseconds() - max(now - max(lastInput, output.lastProgress), 0),
            ending: ending, roundTrip: roundTrip, pending: output.waiting, traffic: traffic,
            subscriptionCount: subscriptions.count, name: options.name, language: options.language,
            version: options.version, account: account?.number, client: client, claimant: claimant,
            presentation: options.presentation, security: security)
    }
}

extension Subscription {
    func report(of session: Session) -> SubscriptionReport {
        SubscriptionReport(
            subject: pattern.bytes, queue: queue, id: id, delivered: delivered,
            maximum: maximum == .max ? nil : maximum, connection: session.id, account: account)
    }
}
