import Authorization
import Claims
import NIOCore
import NIOPosix
import NKeys

/// The state of a running broker: its accounts and connections, all on one event loop, without locks.
///
/// What needs time of its own, the verification of signatures, is done on a thread pool with immutable values and comes
/// back to the loop.
final class BrokerCore {
    let eventLoop: any EventLoop
    let signatures: NIOThreadPool
    let settings: BrokerConfiguration
    let limits: TimeLimits
    let identity: ServerIdentity
    let environment: BrokerEnvironment
    let trust: Trust
    let systemAccount: PublicKey?
    private(set) var accounts: [PublicKey: Account] = [:]
    private(set) var sessions: [UInt64: Session] = [:]
    private var nextSession: UInt64 = 1
    /// Sessions with output that has not been handed to their sockets yet.
    private var unflushed: [Session] = []
    let decisions: DecisionRecorder
    /// Counts this server's answers on system subjects.
    var systemSequence: UInt64 = 0
    var isStopping = false

    init(
        settings: BrokerConfiguration, mode: OperatorMode, decisions: DecisionRecorder, environment: BrokerEnvironment,
        eventLoop: any EventLoop, signatures: NIOThreadPool
    ) {
        self.settings = settings
        limits = TimeLimits(settings)
        trust = mode.trust
        systemAccount = mode.systemAccount
        self.decisions = decisions
        self.environment = environment
        self.eventLoop = eventLoop
        self.signatures = signatures
        identity = ServerIdentity(name: settings.serverName)
        for resolved in mode.accounts { self.accounts[resolved.key] = Account(resolved) }
        for account in self.accounts.values { rebuildImports(of: account) }
        if let systemAccount, let account = self.accounts[systemAccount] { SystemService.install(in: account) }
    }

    /// Nanoseconds of a clock that never goes back.
    var monotonicNow: Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }

    // MARK: Sessions

    func addSession(_ make: (UInt64) -> Session) -> Session {
        let session = make(nextSession)
        sessions[session.id] = session
        nextSession += 1
        return session
    }

    func removeSession(_ session: Session) {
        sessions[session.id] = nil
    }

    /// Notes that a session has output; it is sent when the present turn of the loop ends.
    func needsFlush(_ session: Session) {
        unflushed.append(session)
    }

    /// Hands all output to the sockets, once per turn of the loop.
    func flush() {
        guard !unflushed.isEmpty else { return }
        let waiting = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for session in waiting { session.flush() }
    }

    /// What has to be looked at from time to time: sign-ins that take too long, credentials that run out, silent
    /// connections, receivers that do not read.
    func tick() {
        let moment = environment.moment()
        let now = monotonicNow
        for session in Array(sessions.values) { session.tick(at: moment.seconds, monotonic: now) }
        for account in accounts.values {
            account.replies.removeExpired(now: now)
            account.interest.sweep()
        }
        flush()
    }

    // MARK: Accounts

    func rebuildImports(of account: Account) {
        account.rebuildImports(now: environment.moment().seconds) { key in
            // An account that nobody trusted signed, or that breaks a rule, is none: it gives nothing away either.
            accounts[key].flatMap { trust.signed($0.claims) && $0.resolved.fault == nil ? $0 : nil }
        } refused: { use, refusal in
            environment.log(
                .warning, "import of \"\(use.subject)\" into \(account.key) is not used: \(refusal.rawValue)")
        }
    }

    /// Puts new claims of an account in force, for those who are connected too.
    func put(_ resolved: ResolvedAccount) {
        let account: Account
        if let known = accounts[resolved.key] {
            account = known
            resolved.inheritPrograms(of: known.resolved)
            account.resolved = resolved
        } else {
            account = Account(resolved)
            accounts[resolved.key] = account
        }
        for session in Array(account.sessions.values) { session.review() }
        rebuildImports(of: account)
        // Exports may have changed under those who import from here.
        for other in accounts.values where other !== account {
            if other.claims.imports.contains(where: { $0.account == account.key.text }) { rebuildImports(of: other) }
        }
        for session in account.newestAboveLimit() {
            session.refuse(.accountConnectionLimit)
        }
        flush()
    }
}

/// The configured durations in nanoseconds, as the monotonic clock counts.
struct TimeLimits {
    let signIn: Int64
    let pingInterval: Int64
    let write: Int64

    init(_ configuration: BrokerConfiguration) {
        signIn = Self.nanoseconds(configuration.authorizationTimeout)
        pingInterval = Self.nanoseconds(configuration.pingInterval)
        write = Self.nanoseconds(configuration.writeDeadline)
    }

    /// What is over 292 years is as good as for ever.
    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        let (sum, overflows) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflows ? .max : sum
    }
}
