import Authorization
import Claims
import NIOCore

/// What the control plane has told the system account, and is about to.
struct EventPace {
    /// When the number of an account's connections was last told, or could have been; monotonic nanoseconds.
    var told: [Int: Int64] = [:]
    /// The numbers of connections that wait to be told, by account, while what else there is to tell is gathered.
    var waiting: [Int: [Int]] = [:]

    /// Most of them; beyond that only the last counts.
    static let mostWaiting = 256
    /// Nanoseconds until a number is told again although it has not changed.
    static let heartbeat: Int64 = 30_000_000_000

    /// How long it is from the start until the server's statistics are told first; then twice as long each time, up to
    /// the longest.
    static let firstStatistics = TimeAmount.milliseconds(250)
    static let longestStatistics = TimeAmount.seconds(10)
}

// What the server tells the system account from time to time, and of itself. The first shard says it, and knows whether
// anybody hears it.
extension ControlPlane {
    /// Begins to do what is due from time to time.
    func startClock() {
        sweepCache()
        guard context.systemAccount != nil else { return }
        tellStatistics(in: EventPace.firstStatistics)
        lookForHeartbeats()
    }

    private func lookForHeartbeats() {
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [self] in
            guard !isStopping else { return }
            tellOfConnectionsAgain()
            lookForHeartbeats()
        }
    }

    /// Says something in the system account, if anybody hears it.
    private func tell(_ subjects: [[UInt8]], _ body: @escaping @Sendable (Shard) -> String) {
        shards.first?.post(.question { shard in for subject in subjects { shard.tell(subject) { body(shard) } } })
    }

    // MARK: Accounts

    /// The number of an account's connections has changed, or is due again, and somebody hears of it.
    func tellOfConnections(of account: Int) {
        guard !isStopping else { return }
        pace.told[account] = context.monotonicNow
        let count = tenants[account].connections.count
        var counts = pace.waiting[account] ?? []
        let isUnderWay = !counts.isEmpty
        if counts.count >= EventPace.mostWaiting { counts.removeLast() }
        pace.waiting[account] = counts + [count]
        if !isUnderWay { tellWaitingCounts(of: account) }
    }

    /// Tells the numbers of an account's connections that wait. What comes while the rest is gathered is told with what is
    /// gathered after it: nobody hears how many are left before it has heard who went.
    private func tellWaitingCounts(of account: Int) {
        let due = pace.waiting[account]?.count ?? 0
        gather { shard in
            shard.publishEvents()
            shard.handOver()
            return shard.shares(of: [account])
        } whenDone: { [self] parts in
            let counts = pace.waiting.removeValue(forKey: account) ?? []
            for count in counts.prefix(due) {
                tell(statistics(of: account, connections: count, parts.compactMap(\.first)))
            }
            guard counts.count > due else { return }
            pace.waiting[account] = Array(counts.dropFirst(due))
            tellWaitingCounts(of: account)
        }
    }

    private func tell(_ statistics: AccountStatistics) {
        let now = now
        tell(SystemSubject.connections(statistics.account)) {
            AccountConnectionsEvent(
                id: $0.nextEventID(), now: now, server: $0.context.serverMember().text, statistics: statistics
            ).text
        }
    }

    /// Tells the numbers that have not changed for long.
    private func tellOfConnectionsAgain() {
        let now = context.monotonicNow
        let due = tenants.indices.filter { account in
            guard !tenants[account].connections.isEmpty, tenants[account].state.identity != .global else {
                pace.told[account] = nil
                return false
            }
            guard let last = pace.told[account], now - last >= EventPace.heartbeat else {
                if pace.told[account] == nil { pace.told[account] = now }
                return false
            }
            pace.told[account] = now
            return true
        }
        guard !due.isEmpty else { return }
        shards.first?.post(
            .question { shard in for account in due { shard.tellOfConnections(of: shard.accounts[account]) } })
    }

    // MARK: The server

    private func tellStatistics(in time: TimeAmount) {
        eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            guard !isStopping else { return }
            let subject = SystemSubject.statistics(context.identity.id)
            shards.first?.post(
                .question { shard in if shard.isHeard(subject) { shard.control.execute { $0.tellStatistics() } } })
            tellStatistics(in: min(time + time, EventPace.longestStatistics))
        }
    }

    /// Tells the server's statistics to whoever hears them.
    func tellStatistics() {
        guard !isStopping else { return }
        describeLoad { [self] text in tell([SystemSubject.statistics(context.identity.id)]) { _ in text } }
    }

    /// Tells that lame duck mode has begun.
    func tellOfLameDuck() {
        tell([SystemSubject.lameDuck(context.identity.id)]) { $0.context.serverMember().text }
    }

    /// Tells that the server ends, and goes on when that is on its way to all shards.
    func tellOfShutdown(whenTold: @escaping @Sendable (ControlPlane) -> Void) {
        let subject = SystemSubject.shutdown(context.identity.id)
        guard let first = shards.first else { return whenTold(self) }
        first.post(
            .question { shard in
                shard.tell(subject) { shard.context.serverMember().text }
                shard.publishEvents()
                shard.handOver()
                shard.control.execute(whenTold)
            })
    }
}

extension Shard {
    /// Has it told how many connections an account has now, if anybody hears that.
    func tellOfConnections(of account: Account) {
        guard account.identity != .global, SystemSubject.connections(account.identity).contains(where: isHeard) else {
            return
        }
        let number = account.number
        control.execute { $0.tellOfConnections(of: number) }
    }
}
