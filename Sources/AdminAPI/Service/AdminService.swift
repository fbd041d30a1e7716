public import Administration
import Audit
import Claims
import HTTPTypes
import Hummingbird
import NIOCore
import Secrets

/// The administration service as an HTTP responder: every request comes through here, and every answer is made here.
public struct AdminService: Sendable {
    /// What may be chosen about a service.
    public struct Options: Sendable {
        /// Requests that one token may send in a second, and twice as many at once; 0 for any number.
        public var requestsPerSecond = 2_000.0
        /// Refused sign-ins that one address may cause in a second, and twenty times as many at once; 0 for any number.
        public var failuresPerSecond = 5.0
        /// What clients call the service: a host, with a port unless it is the usual one; nil to be called by no more than
        /// its addresses. It is part of what is signed to sign in.
        public var publicName: String?
        /// Whether servers can fetch account tokens, and everybody else with them: see ``ResolverOperations``.
        public var answersResolvers = false
        /// Seconds that a body may take to arrive.
        public var bodySeconds: Int64 = 10

        public init() {}
    }

    /// The most searches of one party that wait.
    static let mostSearchesWaiting = 64

    let directory: Directory
    let distributor: (any Distributor)?
    let challenges = Challenges()
    let policyDesk = PolicyDesk()
    /// Whoever searches the directory or a log takes turns with others.
    let searches = Turns(Directory.mostSearches, mostWaiting: mostSearchesWaiting, of: "lists and queries")
    /// The most records of the admin log that one request looks at.
    var recordsLookedAt = 20_000
    let auditTiles = AuditTiles()
    let operations = OperationRunner()
    let metrics = ServiceMetrics()
    let options: Options
    let running = RunningRequests()
    let memory = AnswerMemory()
    let connections = ConnectionCount()
    let readiness = Readiness()
    let farewell = Farewell()
    let followers = EventFollowers()
    let requestRate: RateLimiter
    let failureRate: RateLimiter
    /// Whether whoever reaches the service is a system administrator: behind a socket that nobody else can open.
    private(set) var isLocal = false
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - distributor: brings changes to the servers; nil where there are none.
    ///   - now: the time in Unix seconds.
    public init(
        _ directory: Directory, distributor: (any Distributor)?, options: Options = Options(),
        now: @escaping @Sendable () -> Int64
    ) {
        (self.directory, self.distributor, self.options) = (directory, distributor, options)
        self.now = now
        requestRate = RateLimiter(perSecond: options.requestsPerSecond, burst: options.requestsPerSecond * 2)
        failureRate = RateLimiter(perSecond: options.failuresPerSecond, burst: options.failuresPerSecond * 20)
    }

    var time: Int64 { now() }

    /// Says from now on that the service is not ready for more, since it is about to end. What it is asked it still answers.
    public func beginFarewell() { farewell.begin() }

    /// The same service behind a socket of the machine.
    var local: AdminService {
        var service = self
        service.isLocal = true
        return service
    }

    /// The service's name, which is part of a challenge. A name that the caller alone knows would let somebody in between
    /// pass a signature on that was meant for him.
    func name(for exchange: Exchange) throws(Problem) -> String {
        if let name = options.publicName { return name }
        guard exchange.isOwnHost else {
            throw Problem(
                .badRequest, "sign in under an address of the service, or start it with --public-url",
                refusal: "foreign_host")
        }
        return exchange.host
    }

    /// Reads the directory on a thread that waits for no change.
    func look<Result: Sendable>(_ body: @escaping @Sendable (Directory) throws -> Result) async throws -> Result {
        try await directory.look(body)
    }

    /// Reads much, on a thread that nobody waits for who reads a little, when it is the caller's turn: see ``Caller/party``.
    func search<Result: Sendable>(
        for caller: Caller?, _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await search(for: caller?.party ?? "", body)
    }

    func search<Result: Sendable>(
        for party: String, _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await searches.run(for: party) { try await directory.search(body) }
    }

    /// Does something with the directory on a thread that may wait for it.
    func work<Result: Sendable>(_ body: @escaping @Sendable (Directory) throws -> Result) async throws -> Result {
        try await work(in: directory, body)
    }

    func work<Result: Sendable>(
        in directory: Directory, _ body: @escaping @Sendable (Directory) throws -> Result
    ) async throws -> Result {
        try await directory.work(body)
    }
}
