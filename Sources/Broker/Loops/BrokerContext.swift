import Authorization
import Claims
import NIOCore
import NIOPosix
import Synchronization

/// What all parts of a running broker share: its identity, the rules in force, and a few counts.
final class BrokerContext: Sendable {
    let identity: ServerIdentity
    let environment: BrokerEnvironment
    let resolver: AccountResolver
    /// Where signatures are verified, which takes time of its own.
    let signatures: NIOThreadPool
    /// Where pages are written: one thread, so that nobody's pages keep others from signing in.
    let pageWriting: NIOThreadPool
    let decisions: DecisionRecorder
    /// Unix nanoseconds.
    let startedAt: Int64
    let process = ProcessMeter()

    private let present: Mutex<BrokerRules>
    /// Open sockets, from the moment they are accepted.
    private let sockets = Atomic<Int>(0)
    private let reload = Mutex<(@Sendable () async throws -> Void)?>(nil)
    private let listening = Mutex(ListeningPorts())
    /// Open connections, whether they have signed in or not.
    private let connections = Atomic<Int>(0)
    private let isLame = Atomic<Bool>(false)
    /// Questions to authentication callouts that have no answer yet.
    private let openCallouts = Atomic<Int>(0)
    private let lastConnection = Atomic<UInt64>(0)
    private let lastClient = Atomic<UInt64>(0)
    /// Counts what this server says of itself on system subjects.
    private let systemSequence = Atomic<UInt64>(0)

    init(
        identity: ServerIdentity, settings: BrokerConfiguration, mode: BrokerMode, resolver: AccountResolver,
        decisions: (any DecisionSink)?,
        environment: BrokerEnvironment, signatures: NIOThreadPool, pageWriting: NIOThreadPool
    ) {
        self.identity = identity
        self.environment = environment
        present = Mutex(BrokerRules(settings: settings, trust: mode.trust, generation: 0))
        self.resolver = resolver
        self.signatures = signatures
        self.pageWriting = pageWriting
        self.decisions = DecisionRecorder(decisions)
        startedAt = environment.nanoseconds()
        _ = process.read(at: Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds))
    }

    /// What is in force now. A reload replaces it, so whoever looks at several things takes it once.
    var rules: BrokerRules { present.withLock { $0 } }

    /// Where the server listens; known when it does.
    var ports: ListeningPorts { listening.withLock { $0 } }

    func setPorts(_ ports: ListeningPorts) {
        listening.withLock { $0 = ports }
    }

    /// Listeners have other certificates now.
    func noteCertificates(of listeners: [Listener]) {
        listening.withLock { ports in
            for listener in listeners {
                switch listener.type {
                case .webSocket: ports.webSocketCertificateEnd = listener.tls?.certificateEnd
                default: ports.certificateEnd = listener.tls?.certificateEnd
                }
            }
        }
    }

    /// For the control plane alone, which then has everybody reviewed.
    func replaceRules(_ settings: BrokerConfiguration, _ trust: Trust) {
        present.withLock {
            $0 = BrokerRules(settings: settings, trust: trust, generation: $0.generation + 1)
        }
    }

    /// How the configuration is read again on request; nil where it cannot be.
    var reloading: (@Sendable () async throws -> Void)? {
        get { reload.withLock { $0 } }
        set { reload.withLock { $0 = newValue } }
    }

    var settings: BrokerConfiguration { rules.settings }
    var limits: TimeLimits { rules.limits }
    var trust: Trust { rules.trust }
    /// Nil for none.
    var systemAccount: AccountIdentity? { rules.trust.systemAccount }

    /// Whether somebody who was let in may stay under the present rules.
    ///
    /// - Parameter account: the account's JWT; nil in a server with accounts of its own.
    func review(_ principal: Principal, of account: ResolvedAccount?, _ facts: ConnectionFacts) -> Admission.Step {
        let (trust, moment) = (trust, environment.moment())
        guard let account else { return Admission.review(principal, facts: facts, trust: trust, at: moment) }
        return Admission.review(principal, account: account, facts: facts, trust: trust, at: moment)
    }

    /// Nanoseconds of a clock that never goes back.
    var monotonicNow: Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }

    var connectionCount: Int { connections.load(ordering: .relaxed) }

    /// All connections since the start.
    var totalConnections: UInt64 { lastConnection.load(ordering: .relaxed) }

    /// More sockets than that are closed at once: so many may be in handshakes beyond the connections that there may be.
    private static let mostInHandshakes = 1024

    /// Counts an accepted socket, whatever comes of it; false where it is to be closed without a word.
    func addSocket() -> Bool {
        let count = sockets.wrappingAdd(1, ordering: .relaxed).newValue
        return count <= settings.maximumConnections.addingSaturating(Self.mostInHandshakes)
    }

    func removeSocket() {
        sockets.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Whether there are more sockets than there may be connections. Those count that are still in their handshakes.
    var isFull: Bool { sockets.load(ordering: .relaxed) > settings.maximumConnections }

    /// Counts a new connection and numbers it: later ones have greater numbers.
    func addConnection() -> UInt64 {
        connections.wrappingAdd(1, ordering: .relaxed)
        return lastConnection.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func removeConnection() {
        connections.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Whether the server is in lame duck mode: it lets nobody in any more.
    var isLameDuck: Bool { isLame.load(ordering: .relaxed) }

    /// - Returns: whether lame duck mode had not begun before.
    func beginLameDuck() -> Bool {
        !isLame.exchange(true, ordering: .relaxed)
    }

    /// Most questions to authentication callouts that may be open at a time, so that a service that does not answer costs
    /// no more than that.
    static let mostCallouts = 4096

    /// Counts a question to an authentication callout; false where that is one too many.
    func beginCallout() -> Bool {
        let count = openCallouts.wrappingAdd(1, ordering: .relaxed).newValue
        guard count > Self.mostCallouts else { return true }
        endCallout()
        return false
    }

    /// Questions that are open.
    var callouts: Int { openCallouts.load(ordering: .relaxed) }

    func endCallout() {
        openCallouts.wrappingSubtract(1, ordering: .relaxed)
    }

    /// A number for a ``Client``, never given twice.
    func nextClient() -> UInt64 {
        lastClient.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

extension BrokerContext {
    /// The `server` member of everything that the server says on system subjects, numbered.
    func serverMember() -> JSONText {
        let settings = settings
        var server = JSONText()
        server.add("name", identity.name)
        server.add("host", settings.host)
        server.add("id", identity.id)
        server.add("ver", ServerIdentity.version)
        if !settings.serverTags.isEmpty { server.add("tags", settings.serverTags) }
        server.add("jetstream", false)
        server.add("flags", UInt64(0))
        server.add("seq", systemSequence.wrappingAdd(1, ordering: .relaxed).newValue)
        server.add("time", environment.timestamp())
        return server
    }
}

/// The settings and whom the broker trusts, from one reading of the configuration.
final class BrokerRules: Sendable {
    let settings: BrokerConfiguration
    let limits: TimeLimits
    let trust: Trust
    /// How many readings came before.
    let generation: UInt64

    init(settings: BrokerConfiguration, trust: Trust, generation: UInt64) {
        self.settings = settings
        limits = TimeLimits(settings)
        self.trust = trust
        self.generation = generation
    }
}

/// What a credential was found good under.
struct AdmissionBasis: Sendable {
    /// That of the rules.
    let generation: UInt64
    /// The version of the account's JWT; nil for a user of the configuration.
    var version: TokenVersion?
    /// That of the account's settings.
    var settings: TokenVersion?
}

/// The configured durations in nanoseconds, as the monotonic clock counts.
struct TimeLimits: Sendable {
    let signIn: Int64
    let pingInterval: Int64
    let write: Int64

    init(_ configuration: BrokerConfiguration) {
        signIn = configuration.authorizationTimeout.nanoseconds
        pingInterval = configuration.pingInterval.nanoseconds
        write = configuration.writeDeadline.nanoseconds
    }
}

extension Duration {
    /// What is over 292 years is as good as for ever.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        let (sum, overflows) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflows ? .max : sum
    }
}
