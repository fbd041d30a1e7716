import Authorization
import Claims
import NKeys
import Subjects
import Wire

/// What the server itself answers on subjects of the system account.
enum SystemService: Sendable {
    /// `$SYS.REQ.CLAIMS.UPDATE`, `$SYS.REQ.ACCOUNT.<key>.CLAIMS.UPDATE` and its older form.
    case claimsUpdate
    /// `$SYS.REQ.ACCOUNT.<key>.CLAIMS.LOOKUP`
    case claimsLookup
    /// `$SYS.REQ.CLAIMS.LIST`
    case claimsList
    /// `$SYS.REQ.CLAIMS.DELETE`, of a resolver with a folder
    case claimsDelete
    /// `$SYS.REQ.CLAIMS.PACK`, of a full resolver
    case claimsPack
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

    private static let folderSubjects: [(String, SystemService)] = [("$SYS.REQ.CLAIMS.DELETE", .claimsDelete)]
    private static let fullSubjects: [(String, SystemService)] = [("$SYS.REQ.CLAIMS.PACK", .claimsPack)]

    private static func subjects(for resolver: AccountResolver) -> [(String, SystemService)] {
        guard case .folder(let folder) = resolver else { return subjects }
        return subjects + folderSubjects + (folder.configuration.kind == .full ? fullSubjects : [])
    }

    /// Registers the services in the system account.
    static func install(in account: Account, resolver: AccountResolver) {
        for (subject, service) in subjects(for: resolver) {
            guard let pattern = try? Pattern(subject) else { continue }
            account.interest.insert(Subscription(pattern: pattern, target: .system(service)))
        }
    }

}

/// A message to one of the server's services.
struct ServiceRequest: Sendable {
    let subject: [UInt8]
    /// The block of headers; empty for none.
    let headers: [UInt8]
    let body: [UInt8]
    /// Where the answer goes in the system account; empty for nowhere.
    let reply: [UInt8]
    /// The shard that the request came in on, and the connection that sent it.
    let shard: Int
    let connection: UInt64
    /// How many subscriptions there are in all accounts, as that shard knows.
    let subscriptions: Int

    /// Whether the sender insists that claims are taken which were issued too early or too late (rule S14).
    var isForced: Bool {
        !headers.isEmpty && (try? Headers(block: headers))?["Chancery-Force"] == "true"
    }
}

extension ControlPlane {
    /// Handles a message. Requests come only from clients of the system account, and are answered on their reply subject.
    func handle(_ request: ServiceRequest, _ service: SystemService) {
        switch service {
        case .claimsUpdate:
            updateClaims(request.body, subject: request.subject, isForced: request.isForced) {
                self.answer(request, $0)
            }
        case .claimsLookup: lookUpClaims(subject: request.subject) { self.answer(request, $0) }
        case .claimsList: listClaims { self.answer(request, $0) }
        case .claimsDelete: deleteClaims(request.body) { self.answer(request, $0) }
        case .claimsPack: packClaims(for: request.body) { self.answer(request, $0, isLast: $1) }
        case .identity: answer(request, describeServer())
        case .statistics: answer(request, describeLoad(subscriptions: request.subscriptions))
        }
    }

    private func answer(_ request: ServiceRequest, _ text: String, isLast: Bool = true) {
        shards[request.shard].post(
            .serviceAnswer(
                connection: isLast ? request.connection : nil, reply: request.reply, body: Array(text.utf8)))
    }

    /// The `server` member of every answer.
    func serverMember() -> JSONText {
        systemSequence &+= 1
        var server = JSONText()
        server.add("name", context.identity.name)
        server.add("host", context.settings.host)
        server.add("id", context.identity.id)
        server.add("ver", ServerIdentity.version)
        server.add("jetstream", false)
        server.add("flags", UInt64(0))
        server.add("seq", systemSequence)
        server.add("time", context.environment.timestamp())
        return server
    }

    private func describeLoad(subscriptions: Int) -> String {
        var statistics = JSONText()
        statistics.add("connections", UInt64(clamping: context.connectionCount))
        statistics.add("active_accounts", UInt64(tenants.count { !$0.connections.isEmpty }))
        statistics.add("subscriptions", UInt64(subscriptions))
        var answer = JSONText()
        answer.add("server", serverMember())
        answer.add("statsz", statistics)
        return answer.text
    }

    private func describeServer() -> String {
        var answer = JSONText()
        answer.add("name", context.identity.name)
        answer.add("host", context.settings.host)
        answer.add("id", context.identity.id)
        return answer.text
    }
}
