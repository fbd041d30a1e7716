import Authorization
import Claims
import NKeys
import Subjects

/// What the server itself answers on subjects of the system account.
enum SystemService {
    /// `$SYS.REQ.CLAIMS.UPDATE`, `$SYS.REQ.ACCOUNT.<key>.CLAIMS.UPDATE` and its older form.
    case claimsUpdate
    /// `$SYS.REQ.ACCOUNT.<key>.CLAIMS.LOOKUP`
    case claimsLookup
    /// `$SYS.REQ.CLAIMS.LIST`
    case claimsList
    /// `$SYS.REQ.SERVER.PING.IDZ`
    case identity
    /// `$SYS.REQ.SERVER.PING.STATSZ`
    case statistics

    private static let subjects: [(String, SystemService)] = [
        ("$SYS.REQ.CLAIMS.UPDATE", .claimsUpdate),
        ("$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE", .claimsUpdate),
        ("$SYS.ACCOUNT.*.CLAIMS.UPDATE", .claimsUpdate),
        ("$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP", .claimsLookup),
        ("$SYS.REQ.CLAIMS.LIST", .claimsList),
        ("$SYS.REQ.SERVER.PING.IDZ", .identity),
        ("$SYS.REQ.SERVER.PING.STATSZ", .statistics),
    ]

    /// Registers the services in the system account.
    static func install(in account: Account) {
        for (subject, service) in subjects {
            guard let pattern = try? Pattern(subject) else { continue }
            account.interest.insert(Subscription(pattern: pattern, target: .system(service)))
        }
    }

    /// Handles a message. Requests come only from clients of the system account, and are answered on their reply subject.
    func handle(
        _ core: BrokerCore, _ origin: BrokerCore.Origin, _ subject: Span<UInt8>, _ reply: Span<UInt8>,
        _ headerCount: Int,
        _ payload: Span<UInt8>
    ) -> Bool {
        let body = copied(payload.extracting(headerCount..<payload.count))
        let answer: String
        switch self {
        case .claimsUpdate: answer = core.updateClaims(body, subject: copied(subject))
        case .claimsLookup: answer = core.lookUpClaims(subject: copied(subject))
        case .claimsList: answer = core.listClaims()
        case .identity: answer = core.describeServer()
        case .statistics: answer = core.describeLoad()
        }
        core.answer(answer, to: reply)
        return true
    }
}

extension BrokerCore {
    func answer(_ text: String, to reply: Span<UInt8>) {
        guard reply.count > 0, let systemAccount, let account = accounts[systemAccount] else { return }
        let bytes = Array(text.utf8)
        route(Origin(), in: account, subject: reply, reply: [UInt8]().span, headerCount: 0, payload: bytes.span)
    }

    /// The `server` member of every answer.
    func serverMember() -> JSONText {
        systemSequence &+= 1
        var server = JSONText()
        server.add("name", identity.name)
        server.add("host", settings.host)
        server.add("id", identity.id)
        server.add("ver", ServerIdentity.version)
        server.add("jetstream", false)
        server.add("flags", UInt64(0))
        server.add("seq", systemSequence)
        server.add("time", environment.timestamp())
        return server
    }

    func describeLoad() -> String {
        var statistics = JSONText()
        statistics.add("connections", UInt64(sessions.count))
        statistics.add("active_accounts", UInt64(accounts.values.count { !$0.sessions.isEmpty }))
        statistics.add("subscriptions", UInt64(accounts.values.reduce(0) { $0 + $1.interest.count }))
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("statsz", statistics)
        return answer.text
    }

    func describeServer() -> String {
        var answer = JSONText()
        answer.add("name", identity.name)
        answer.add("host", settings.host)
        answer.add("id", identity.id)
        return answer.text
    }
}
