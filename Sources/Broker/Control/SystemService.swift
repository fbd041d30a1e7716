import Authorization
import Subjects
import Wire

/// What the server itself answers, and on which subjects.
enum SystemService: Sendable, Hashable {
    /// `$SYS.REQ.CLAIMS.UPDATE`, `$SYS.REQ.ACCOUNT.<key>.CLAIMS.UPDATE` and its older form.
    case claimsUpdate
    /// `$SYS.REQ.ACCOUNT.<key>.CLAIMS.LOOKUP`
    case claimsLookup
    /// `$SYS.REQ.CLAIMS.LIST`
    case claimsList
    /// `$SYS.REQ.CLAIMS.DELETE`
    case claimsDelete
    /// `$SYS.REQ.CLAIMS.PACK`
    case claimsPack
    /// `$SYS.REQ.CHANCERY.SETTINGS.UPDATE`
    case settingsUpdate
    /// `$SYS.REQ.SERVER.<id>.IDZ`
    case identity
    /// `$SYS.REQ.SERVER.<id>.STATSZ`
    case statistics
    /// `$SYS.REQ.SERVER.<id>.KICK`
    case kick
    /// `$SYS.REQ.SERVER.<id>.LDM`
    case lameDuck
    /// `$SYS.REQ.SERVER.<id>.RELOAD`
    case reload
    /// What somebody may know about itself: `$SYS.REQ.USER.INFO`
    case userInformation
    /// How many of an account's clients listen to a subject: `$SYS.DEBUG.SUBSCRIBERS`
    case subscribers
    /// A page of the server: `$SYS.REQ.SERVER.<id>.VARZ`
    case page(Page)
    /// A page of one account: `$SYS.REQ.ACCOUNT.<account>.CONNZ`
    case accountPage(Page)
    /// A page of the account that asks: `$SYS.REQ.ACCOUNT.PING.CONNZ`
    case ownPage(Page)

    /// Where subjects are answered.
    private enum Place {
        case systemAccount
        /// In every account but the system account.
        case accounts
    }

    /// What the resolver of accounts has to be.
    private enum Need {
        case nothing
        case folder
        case fullFolder

        func isMet(by resolver: AccountResolver) -> Bool {
            switch (self, resolver) {
            case (.nothing, _), (.folder, .folder): true
            case (.fullFolder, .folder(let folder)): folder.configuration.kind == .full
            case (.folder, _), (.fullFolder, _): false
            }
        }
    }

    private struct Entry {
        let subject: String
        let service: SystemService
        var place = Place.systemAccount
        var need = Need.nothing

        init(_ subject: String, _ service: SystemService, _ place: Place = .systemAccount, needs need: Need = .nothing)
        {
            self.subject = subject
            self.service = service
            self.place = place
            self.need = need
        }

        /// What is asked of all servers, and what of this one.
        static func server(_ name: String, _ service: SystemService, _ id: String) -> [Entry] {
            [Entry("$SYS.REQ.SERVER.PING.\(name)", service), Entry("$SYS.REQ.SERVER.\(id).\(name)", service)]
        }
    }

    /// - Parameter id: the server's.
    private static func entries(_ id: String) -> [Entry] {
        let claims = [
            Entry("$SYS.REQ.CLAIMS.UPDATE", .claimsUpdate),
            Entry("$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE", .claimsUpdate),
            Entry("$SYS.ACCOUNT.*.CLAIMS.UPDATE", .claimsUpdate),
            Entry("$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP", .claimsLookup),
            Entry("$SYS.REQ.CLAIMS.LIST", .claimsList),
            Entry("$SYS.REQ.CLAIMS.DELETE", .claimsDelete, needs: .folder),
            Entry("$SYS.REQ.CLAIMS.PACK", .claimsPack, needs: .fullFolder),
            Entry("$SYS.REQ.CHANCERY.SETTINGS.UPDATE", .settingsUpdate),
        ]
        let server =
            [Entry("$SYS.REQ.SERVER.PING", .statistics)]
            + Entry.server("IDZ", .identity, id) + Entry.server("STATSZ", .statistics, id)
            + serverPages.flatMap { Entry.server($0.rawValue, .page($0), id) }
        let orders = [
            Entry("$SYS.REQ.SERVER.\(id).KICK", .kick), Entry("$SYS.REQ.SERVER.\(id).LDM", .lameDuck),
            Entry("$SYS.REQ.SERVER.\(id).RELOAD", .reload),
        ]
        let users = [
            Entry("$SYS.REQ.USER.INFO", .userInformation), Entry("$SYS.REQ.USER.INFO", .userInformation, .accounts),
            Entry("$SYS.REQ.USER.*.INFO", .userInformation),
        ]
        let subscribers = [Entry("$SYS.DEBUG.SUBSCRIBERS", .subscribers)]
        let accounts = accountPages.map { Entry("$SYS.REQ.ACCOUNT.*.\($0.rawValue)", .accountPage($0)) }
        let own = [
            Entry("$SYS.REQ.ACCOUNT.PING.CONNZ", .ownPage(.connections), .accounts),
            Entry("$SYS.REQ.SERVER.PING.CONNZ", .ownPage(.connections), .accounts),
            Entry("$SYS.REQ.ACCOUNT.PING.STATZ", .ownPage(.accountStatistics), .accounts),
        ]
        return claims + server + orders + users + subscribers + accounts + own
    }

    private static let serverPages: [Page] = [
        .server, .connections, .subscriptions, .accounts, .health, .routes, .gateways, .leafNodes, .jetStream,
        .raft, .queues,
    ]
    private static let accountPages: [Page] = [
        .connections, .subscriptions, .leafNodes, .jetStream, .account, .accountStatistics, .accountConnections,
    ]

    /// Registers the services that an account has. Without a system account nobody has any.
    static func install(in account: Account, _ context: BrokerContext) {
        guard let systemAccount = context.systemAccount else { return }
        let isSystem = account.identity == systemAccount
        for entry in entries(context.identity.id) where entry.need.isMet(by: context.resolver) {
            guard (entry.place == .systemAccount) == isSystem, let pattern = try? Pattern(entry.subject) else {
                continue
            }
            account.interest.insert(Subscription(pattern: pattern, target: .system(entry.service)))
        }
    }
}

/// A message to one of the server's services.
struct ServiceRequest: Sendable {
    let subject: [UInt8]
    /// The block of headers; empty for none.
    let headers: [UInt8]
    let body: [UInt8]
    /// Where the answer goes; empty for nowhere.
    let reply: [UInt8]
    /// The number of the account that it came in: the system account, or who asks about itself.
    let account: Int
    /// The shard that the request came in on, and the connection that sent it.
    let shard: Int
    let connection: UInt64

    /// Whether the sender insists that claims are taken which were issued too early or too late (rule S14).
    var isForced: Bool {
        !headers.isEmpty && (try? Headers(block: headers))?["Chancery-Force"] == "true"
    }

    /// The account that the subject names: the fourth token of `$SYS.REQ.ACCOUNT.<account>.…`, the third of
    /// `$SYS.ACCOUNT.<key>.…`; nil where it names none.
    var namedAccount: String? {
        let tokens = subject.split(separator: UInt8(ascii: "."))
        let isRequest = tokens.count > 1 && tokens[1].elementsEqual("REQ".utf8)
        guard let place = tokens.firstIndex(where: { $0.elementsEqual("ACCOUNT".utf8) }), place == (isRequest ? 2 : 1),
            place + 1 < tokens.count
        else { return nil }
        return String(decoding: tokens[place + 1], as: UTF8.self)
    }
}

/// What one of the server's services says.
struct ServiceAnswer: Sendable {
    /// The number of the account that it is published in.
    let account: Int
    /// Empty for nowhere.
    let subject: [UInt8]
    let body: [UInt8]
    /// Who asked, if this is all that the service has to say; nil otherwise.
    let connection: UInt64?
}
