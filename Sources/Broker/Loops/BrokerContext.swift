import Authorization
import NIOCore
import NIOPosix
import NKeys
import Synchronization

/// What all parts of a running broker share: settings and identity, which do not change, and a few counts.
final class BrokerContext: Sendable {
    let settings: BrokerConfiguration
    let limits: TimeLimits
    let identity: ServerIdentity
    let environment: BrokerEnvironment
    let trust: Trust
    let systemAccount: PublicKey?
    let resolver: AccountResolver
    /// Where signatures are verified, which takes time of its own.
    let signatures: NIOThreadPool
    let decisions: DecisionRecorder

    /// Open connections, whether they have signed in or not.
    private let connections = Atomic<Int>(0)
    private let lastConnection = Atomic<UInt64>(0)
    private let lastClient = Atomic<UInt64>(0)

    init(
        settings: BrokerConfiguration, mode: OperatorMode, resolver: AccountResolver, decisions: (any DecisionSink)?,
        environment: BrokerEnvironment, signatures: NIOThreadPool
    ) {
        self.settings = settings
        limits = TimeLimits(settings)
        identity = ServerIdentity(name: settings.serverName)
        self.environment = environment
        trust = mode.trust
        systemAccount = mode.systemAccount
        self.resolver = resolver
        self.signatures = signatures
        self.decisions = DecisionRecorder(decisions)
    }

    /// Nanoseconds of a clock that never goes back.
    var monotonicNow: Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }

    var connectionCount: Int { connections.load(ordering: .relaxed) }

    /// Counts a new connection and numbers it: later ones have greater numbers.
    func addConnection() -> UInt64 {
        connections.wrappingAdd(1, ordering: .relaxed)
        return lastConnection.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func removeConnection() {
        connections.wrappingSubtract(1, ordering: .relaxed)
    }

    /// A number for a ``Client``, never given twice.
    func nextClient() -> UInt64 {
        lastClient.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// The configured durations in nanoseconds, as the monotonic clock counts.
struct TimeLimits: Sendable {
    let write: Int64

    init(_ configuration: BrokerConfiguration) {
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
