import Authorization
import NKeys

/// Something that became of a client, as the system account is told: who it is by names and public keys, never by
/// anything that could be used to sign in (rule S10).
struct ClientEvent {
    enum Occasion {
        case connect
        /// The connection has ended, or the client was not let in, with the reason.
        case disconnect(String)
    }

    let report: ConnectionReport
    /// The account that the client is in, or was until now; for one that was never let in the one without a name.
    let account: AccountIdentity
    let accountName: String
    let occasion: Occasion
    /// Unix nanoseconds.
    let moment: Int64

    /// - Parameters:
    ///   - id: the event's own.
    ///   - server: the `server` member.
    func text(id: String, server: JSONText) -> String {
        var json = JSONText()
        switch occasion {
        case .connect: json.add("type", "io.nats.server.advisory.v1.client_connect")
        case .disconnect: json.add("type", "io.nats.server.advisory.v1.client_disconnect")
        }
        json.add("id", id)
        json.add("timestamp", UTCTimestamp.text(nanoseconds: moment))
        json.add("server", server)
        json.add("client", client)
        if case .disconnect(let reason) = occasion {
            // As the client sees it: what it sent, and what it received.
            json.add("sent", report.traffic.received.json)
            json.add("received", report.traffic.sent.json)
            json.add("reason", reason)
        }
        return json.text
    }

    private var client: JSONText {
        var json = JSONText()
        json.add("start", UTCTimestamp.text(nanoseconds: report.startedAt))
        if let address = report.address { json.add("host", address) }
        json.add("id", report.id)
        json.add("acc", account.text)
        add("user", user, to: &json)
        add("name", report.name, to: &json)
        add("lang", report.language, to: &json)
        add("ver", report.version, to: &json)
        if case .disconnect = occasion {
            if report.roundTrip > 0 { json.add("rtt", report.roundTrip) }
            json.add("stop", UTCTimestamp.text(nanoseconds: moment))
        }
        let claimant = report.client?.principal.claimant ?? report.claimant
        if let tokenID = claimant?.tokenID { addTokenID(tokenID, to: &json) }
        add("issuer_key", report.issuer ?? "", to: &json)
        json.add("name_tag", accountName)
        if let tags = report.client?.principal.tags, !tags.isEmpty { json.add("tags", tags.map(Self.shown)) }
        json.add("kind", "Client")
        json.add("client_type", report.type == .webSocket ? "websocket" : "nats")
        return json
    }

    private var user: String { report.shownUser ?? "" }

    /// The `jti` of a JWT is the hash of its claims in base32, a tenth of which begin as seeds do.
    private func addTokenID(_ id: String, to json: inout JSONText) {
        guard !id.isEmpty else { return }
        let isHash =
            id.utf8.count == Self.hashLetters
            && id.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
        json.add("jti", isHash ? id : Self.shown(id))
    }

    private static let hashLetters = 52

    private func add(_ name: String, _ text: String, to json: inout JSONText) {
        if !text.isEmpty { json.add(name, Self.shown(text)) }
    }

    /// What clients say of themselves may hold a secret that was put in the wrong place.
    private static func shown(_ text: String) -> String { SecretText.hidden(in: text) }
}

extension ClosedState {
    /// Whether operators are told that somebody was turned away, besides that a connection has ended.
    var isTurningAway: Bool {
        switch self {
        case .authenticationViolation, .proxyNotTrusted, .proxyRequired: true
        default: false
        }
    }
}

extension Shard {
    /// Tells that a client was let in.
    func tellOfConnect(_ session: Session, in account: Account) {
        let subject = SystemSubject.connect(account.identity)
        tell(subject) {
            text(.connect, session.report(), account.identity, account.shownName, at: context.environment.nanoseconds())
        }
        tellOfConnections(of: account)
    }

    /// Tells that a connection has ended, with the report of when it did.
    func tellOfDisconnect(_ report: ConnectionReport) {
        guard let ending = report.ending else { return }
        let account = account(of: report, ending.state)
        let identity = account?.identity ?? .global
        let body = {
            self.text(
                .disconnect(ending.state.rawValue), report, identity, account?.shownName ?? identity.text, at: ending.at
            )
        }
        // Who had been let in is not turned away, but cut off.
        if ending.state.isTurningAway, report.account == nil {
            tell(SystemSubject.authenticationError(context.identity.id), body)
        }
        tell(SystemSubject.disconnect(identity), body)
    }

    /// Tells an account that somebody was turned away who was to be judged there: by its callout, or where nobody is
    /// asked, the account that clients are in before they sign in.
    ///
    /// - Parameter reason: the state's own words, unless the callout gave others.
    func tellOfRefusal(_ report: ConnectionReport, in account: Account, reason: String) {
        guard let ending = report.ending else { return }
        tell(SystemSubject.accountAuthenticationError, in: account) {
            text(.disconnect(reason), report, account.identity, AccountIdentity.global.text, at: ending.at)
        }
    }

    /// The account that a connection was in, or that had no room for it.
    private func account(of report: ConnectionReport, _ state: ClosedState) -> Account? {
        if let number = report.account { return accounts[number] }
        guard state == .maximumAccountConnectionsExceeded else { return nil }
        return report.claimant.flatMap { account($0.account) }
    }

    private func text(
        _ occasion: ClientEvent.Occasion, _ report: ConnectionReport, _ account: AccountIdentity, _ name: String,
        at moment: Int64
    ) -> String {
        ClientEvent(report: report, account: account, accountName: name, occasion: occasion, moment: moment)
            .text(id: nextEventID(), server: context.serverMember())
    }
}
