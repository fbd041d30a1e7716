import Authorization
import Subjects

// What a shard is asked for pages. Nothing here takes longer than a look at each of the shard's connections, or at
// ``SubscriptionSlice/batch`` subscriptions.

/// Which connections are asked for.
struct ConnectionQuestion: Sendable {
    let order: ConnectionOrder
    /// Empty for everybody.
    let user: String
    /// The number of an account; nil for all.
    let account: Int?
    /// A subject that they listen to, in that account; empty for any.
    let filterSubject: [UInt8]
    /// 0 for all.
    let connection: UInt64
    /// Unix nanoseconds.
    let now: Int64
}

/// Where connections stand in the order that was asked for.
struct ConnectionKeys: Sendable {
    struct Key: Sendable, Comparable {
        let key: Int64
        let connection: UInt64
        let shard: Int

        static func < (one: Key, other: Key) -> Bool {
            (one.key, one.connection) < (other.key, other.connection)
        }
    }

    var keys: [Key] = []
    /// How many are open, whoever is asked for, in the account or in all.
    var open = 0
}

extension Shard {
    func keys(_ question: ConnectionQuestion) -> ConnectionKeys {
        var result = ConnectionKeys()
        var listening: Set<UInt64>?
        if let account = question.account, !question.filterSubject.isEmpty {
            listening = listeners(to: question.filterSubject, in: account)
        }
        for session in sessions.values where !session.isEnding {
            guard question.account == nil || session.account?.number == question.account else { continue }
            result.open += 1
            guard question.connection == 0 || session.id == question.connection,
                listening?.contains(session.id) ?? true
            else { continue }
            var key: Int64 = 0
            if question.order != .id || !question.user.isEmpty {
                let report = session.report()
                guard question.user.isEmpty || report.shownUser == question.user else { continue }
                key = question.order.key(report, now: question.now)
            }
            result.keys.append(ConnectionKeys.Key(key: key, connection: session.id, shard: index))
        }
        return result
    }

    /// The connections of this shard that a message on a subject would come to.
    private func listeners(to subject: [UInt8], in account: Int) -> Set<UInt64> {
        guard accounts.indices.contains(account), SubjectRules.isLiteral(subject.span) else { return [] }
        let match = accounts[account].interest.look(subject.span)
        var connections: Set<UInt64> = []
        for subscription in match.plain + match.groups.flatMap(\.members) {
            if case .client(let session) = subscription.target { connections.insert(session.id) }
        }
        return connections
    }

    /// What can be told of some connections, as far as they are still open.
    func reports(of connections: [UInt64]) -> [ConnectionReport] {
        connections.compactMap { connection in
            guard let session = sessions[connection], !session.isEnding else { return nil }
            return session.report()
        }
    }

    // MARK: Subscriptions

    /// Subscriptions of connections of this shard; other connections have none here.
    func subscriptions(_ slices: [SubscriptionSlice]) -> [SubscriptionReport] {
        slices.flatMap { slice in sessions[slice.connection]?.subscriptionReports(slice.range) ?? [] }
    }

    /// How many subscriptions this shard's clients have, in an account or in all.
    func countSubscriptions(in account: Int?, matching subject: [UInt8]) -> Int {
        guard subject.isEmpty else { return matching(subject, in: account).count }
        return sessions.values.reduce(0) { count, session in
            account == nil || session.account?.number == account ? count + session.subscriptions.count : count
        }
    }

    /// Some of them, in the order of the connections.
    func subscriptions(in account: Int?, matching subject: [UInt8], _ range: Range<Int>) -> [SubscriptionReport] {
        guard subject.isEmpty else {
            return matching(subject, in: account).dropFirst(range.lowerBound).prefix(range.count).map {
                $0.subscription.report(of: $0.session)
            }
        }
        var result: [SubscriptionReport] = []
        var position = 0
        let asked = sessions.values.filter { account == nil || $0.account?.number == account }
        for session in asked.sorted(by: { $0.id < $1.id }) where position < range.upperBound {
            let count = session.subscriptions.count
            if position + count > range.lowerBound {
                let skipped = max(range.lowerBound - position, 0)
                result += session.subscriptionReports(skipped..<skipped + range.count - result.count)
            }
            position += count
        }
        return result
    }

    private func matching(
        _ subject: [UInt8], in account: Int?
    ) -> [(subscription: Subscription, session: Session)] {
        let asked = account.map { accounts.indices.contains($0) ? [accounts[$0]] : [] } ?? accounts
        return asked.filter { !$0.sessions.isEmpty }.flatMap {
            account -> [(subscription: Subscription, session: Session)] in
            let match = account.interest.look(subject.span)
            return (match.plain + match.groups.flatMap(\.members)).compactMap { subscription in
                guard case .client(let session) = subscription.target else { return nil }
                return (subscription, session)
            }
        }
    }

    /// What can be told of the indexes of an account, or of all together.
    func interestStatistics(of account: Int?) -> InterestStatistics {
        let asked = account.map { accounts.indices.contains($0) ? [accounts[$0]] : [] } ?? accounts
        return asked.reduce(InterestStatistics()) { sum, account in
            var statistics = account.interest.statistics
            statistics.matches = account.traffic.received.messages
            return sum + statistics
        }
    }

    // MARK: Accounts

    /// This shard's share of what accounts have done.
    func shares(of numbers: [Int]) -> [AccountShare] {
        numbers.map { number in
            guard accounts.indices.contains(number) else { return AccountShare() }
            let account = accounts[number]
            return AccountShare(
                tally: account.tally, traffic: account.traffic, subscriptions: account.interest.count)
        }
    }
}

struct AccountShare: Sendable {
    var tally = AccountTally()
    var traffic = Traffic()
    /// Of all shards.
    var subscriptions = 0
}

extension Session {
    /// Those in some places of the table, which stay where they are as long as no subscription comes or goes.
    func subscriptionReports(_ range: Range<Int>) -> [SubscriptionReport] {
        subscriptions.values.dropFirst(range.lowerBound).prefix(range.count).map { $0.report(of: self) }
    }
}

extension [SubscriptionReport] {
    /// In the order of the client's numbers: shorter ones first, then by bytes. What was described twice, since others
    /// came and went meanwhile, is there once.
    var inOrder: [SubscriptionReport] {
        var result: [SubscriptionReport] = []
        let sorted = sorted { one, other in
            one.id.count != other.id.count
                ? one.id.count < other.id.count : one.id.lexicographicallyPrecedes(other.id)
        }
        for report in sorted where report.id != result.last?.id { result.append(report) }
        return result
    }
}
