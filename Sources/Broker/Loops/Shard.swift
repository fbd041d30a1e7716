import Authorization
import NIOCore

/// One event loop's part of the broker: the connections that the loop owns, and a replica of every account's interest.
/// Everything that happens to a message happens on such a loop, without locks; shards talk by ``Mail`` only.
///
///     socket → session → decision → match in this shard's replica ─┬→ sessions of this shard
///                                                                  └→ parcels, one for each other shard
///
/// What a turn of the loop brings about is gathered: at its end changes of interest are posted to all other shards, then
/// parcels to those that have receivers, and only then output is handed to the sockets. Before anything that was read is
/// looked at, the mailbox is emptied (see ``Mailbox`` for what follows from that).
final class Shard {
    let index: Int
    let eventLoop: any EventLoop
    let context: BrokerContext
    let control: ControlAddress
    let mailbox: Mailbox
    /// All shards in order, this one included.
    private(set) var peers: [ShardAddress] = []

    /// By number; the same ones in the same places on every shard.
    private(set) var accounts: [Account] = []
    private var numbers: [AccountIdentity: Int] = [:]
    private(set) var systemAccount: Account?
    private(set) var sessions: [UInt64: Session] = [:]
    /// Sessions with output that has not been handed to their sockets yet.
    private var unflushed: [Session] = []
    private var isTurnEnding = false
    /// Whether a session is handing output to its socket.
    var isWriting = false
    /// Sessions that wait until other shards have caught up.
    var waiting: [Session] = []
    /// The shards that they wait for.
    var laggards: Set<Int> = [] {
        didSet { isHeldUp = !laggards.isEmpty }
    }
    private(set) var isHeldUp = false
    var isStopping = false
    /// Whether the log shows the protocol of connections, and what the server says in the system account.
    var isTracing = false
    var tracesSystem = false

    /// The subscriptions of this shard's clients, by slot.
    var slots = SubscriptionTable()
    /// Replicas of the other shards' subscriptions, by shard and slot.
    var replicas: [[Replica?]] = []
    /// Changes of this shard's subscriptions that the others have not been told of.
    var changes: [InterestChange] = []
    /// Numbers the letters with changes.
    var changeSequence: UInt64 = 0
    /// For each other shard the last letter that it has applied.
    var appliedSequences: [UInt64] = []
    /// Slots that become free when every shard has applied the letter that says so.
    var leavingSlots: [(sequence: UInt64, slots: [Int])] = []
    /// What has to be handed over to each other shard. Nothing reaches an outbox while something is being put into it, so
    /// that need not be checked for every message.
    @exclusivity(unchecked) var outboxes: [Parcel] = []
    /// Large buffers that came back from the shards they were handed over to.
    var spares: [ByteBuffer] = []
    /// Whether a receiver of the message that is being delivered is about to fall too far behind.
    var isReceiverBehind = false

    /// Where answers to questions of the server are awaited.
    var inbox: ServerInbox
    /// What happened here since the start.
    var tally = ShardTally()
    /// Who asked other accounts' services last.
    var identities = RequestIdentities()
    /// The requests to services that are measured.
    var measurements = LatencyMeasurements()
    /// The messages whose traces wait for other shards, by number, and the last number that was given.
    var traces: [UInt64: TracedMessage] = [:]
    var lastTrace: UInt64 = 0
    /// To be used again.
    var journeys: [Journey] = []
    /// What the system account is to be told.
    var events = EventQueue()
    private var lastSerial: UInt64 = 0
    var random = QuickRandom()

    init(
        index: Int, eventLoop: any EventLoop, context: BrokerContext, control: ControlAddress, mailbox: Mailbox,
        accounts states: [AccountState]
    ) {
        self.index = index
        self.eventLoop = eventLoop
        self.context = context
        self.control = control
        self.mailbox = mailbox
        inbox = ServerInbox(shard: index)
        put(states)
        refreshTracing()
        if let identity = context.systemAccount { systemAccount = account(identity) }
    }

    /// Makes the shards known to each other, before anybody connects.
    func meet(_ peers: [ShardAddress]) {
        self.peers = peers
        replicas = peers.map { _ in [] }
        outboxes = peers.map { _ in Parcel() }
        appliedSequences = peers.map { $0.index == index ? .max : 0 }
    }

    // MARK: Accounts

    /// An account that is held.
    func account(_ identity: AccountIdentity) -> Account? {
        guard let account = numbers[identity].map({ accounts[$0] }), account.state.isHeld else { return nil }
        return account
    }

    /// Puts states in force; those of accounts that are new come in the order of their numbers.
    func put(_ states: [AccountState]) {
        for state in states where state.number == accounts.count {
            let account = Account(state, shard: index)
            accounts.append(account)
            numbers[state.identity] = state.number
            SystemService.install(in: account, context)
        }
        for state in states { accounts[state.number].put(state, among: accounts) }
    }

    // MARK: Sessions

    func add(_ session: Session) {
        sessions[session.id] = session
    }

    func remove(_ session: Session) {
        guard sessions.removeValue(forKey: session.id) != nil else { return }
        context.removeConnection()
    }

    /// Notes that a session has output; it is sent when the present turn of the loop ends.
    func needsFlush(_ session: Session) {
        unflushed.append(session)
        endTurnSoon()
    }

    /// Tells the control plane that a connection has left its account.
    func release(_ connection: UInt64, of account: Int) {
        guard !isStopping else { return }
        control.execute { $0.release(connection, of: account) }
    }

    // MARK: Turns

    /// Sees to it that what was gathered leaves when everything that the loop has read has been looked at.
    func endTurnSoon() {
        guard !isTurnEnding else { return }
        isTurnEnding = true
        eventLoop.assumeIsolated().execute { self.endTurn() }
    }

    private func endTurn() {
        isTurnEnding = false
        publishEvents()
        handOver()
        let sessions = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for session in sessions { session.flush() }
    }

    /// What has to be looked at from time to time: sign-ins that take too long, credentials that run out, silent
    /// connections, receivers that do not read.
    func tick() {
        readMail()
        let moment = context.environment.moment()
        let now = context.monotonicNow
        for session in Array(sessions.values) { session.tick(at: moment.seconds, monotonic: now) }
        endExpiredMeasurements(now: now)
        for account in accounts {
            account.replies.removeExpired(now: now)
            account.interest.sweep()
        }
        reportDroppedEvents(now: now)
    }

    /// Has the publisher of a message wait a moment, here or on its own shard.
    func slowDown(_ origin: Origin) {
        isReceiverBehind = true
        origin.session?.stall()
    }

    /// Numbers a message's tail.
    @inline(__always)
    func nextSerial() -> UInt64 {
        lastSerial &+= 1
        return lastSerial
    }
}

/// Quick random numbers for choices that need to be even, not secret.
struct QuickRandom: RandomNumberGenerator {
    private var state = UInt64.random(in: .min ... .max)

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// A number from 0 and below `count`, which is over 0.
    @inline(__always)
    mutating func next(below count: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
