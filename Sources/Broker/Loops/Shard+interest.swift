import Authorization
import Subjects

// The replicas of interest: what this shard's clients subscribe to is told to all other shards, and the other way round.

extension Shard {
    /// Registers a subscription of one of this shard's clients.
    func subscribe(
        _ session: Session, in account: Account, _ pattern: Pattern, queue: [UInt8]?, id: [UInt8], filter: Client?
    ) -> Subscription {
        let subscription = slots.insert(of: session) {
            Subscription(
                pattern: pattern, queue: queue, id: id, target: .client(session), slot: $0, filter: filter)
        }
        account.insert(subscription, among: accounts)
        tell(.added(slot: subscription.slot, account: account.number, pattern, queue: queue, filter: filter))
        return subscription
    }

    /// Withdraws a subscription: nothing is delivered to it from now on. Its slot stays taken until every shard has
    /// applied that, so that what they hand over until then is never taken for somebody else's.
    func unsubscribe(_ subscription: Subscription, in account: Account) {
        account.remove(subscription)
        slots.end(subscription.slot)
        if peers.count > 1 {
            tell(.removed(slot: subscription.slot))
        } else {
            slots.release(subscription.slot)
        }
    }

    /// Has deliveries of a subscription asked about, or not.
    func filter(_ subscription: Subscription, by filter: Client?) {
        subscription.filter = filter
        tell(.filtered(slot: subscription.slot, by: filter))
    }

    private func tell(_ change: InterestChange) {
        guard peers.count > 1, !isStopping else { return }
        changes.append(change)
        endTurnSoon()
    }

    /// Posts the changes so far to all other shards.
    func postChanges() {
        guard !changes.isEmpty else { return }
        changeSequence += 1
        let leaving = changes.compactMap { if case .removed(let slot) = $0 { slot } else { nil } }
        if !leaving.isEmpty { leavingSlots.append((changeSequence, leaving)) }
        for peer in peers where peer.index != index {
            peer.post(.interest(changes, from: index, sequence: changeSequence))
        }
        changes.removeAll(keepingCapacity: true)
    }

    /// Another shard has applied the changes up to a letter.
    func noteApplied(_ sequence: UInt64, by shard: Int) {
        appliedSequences[shard] = sequence
        guard let everywhere = appliedSequences.min() else { return }
        while let first = leavingSlots.first, first.sequence <= everywhere {
            for slot in first.slots { slots.release(slot) }
            leavingSlots.removeFirst()
        }
    }

    // MARK: Other shards' subscriptions

    func apply(_ changes: [InterestChange], from shard: Int, sequence: UInt64) {
        var hasRemovals = false
        for change in changes {
            switch change {
            case .added(let slot, let account, let pattern, let queue, let filter):
                let subscription = Subscription(
                    pattern: pattern, queue: queue, target: .foreign(shard: shard), slot: slot, filter: filter)
                keep(subscription, of: shard, in: accounts[account])
            case .removed(let slot):
                hasRemovals = true
                drop(slot, of: shard)
            case .filtered(let slot, let filter):
                guard let replica = replicas[shard][slot] else { continue }
                replica.subscription.filter = filter
                replica.account.interest.invalidate()
            }
        }
        guard hasRemovals, !isStopping else { return }
        // What was meant for the removed ones goes first, so that it is there before the answer.
        handOver()
        peers[shard].post(.applied(sequence: sequence, by: index))
    }

    private func keep(_ subscription: Subscription, of shard: Int, in account: Account) {
        while replicas[shard].count <= subscription.slot { replicas[shard].append(nil) }
        replicas[shard][subscription.slot] = Replica(subscription: subscription, account: account)
        account.insert(subscription, among: accounts)
    }

    private func drop(_ slot: Int, of shard: Int) {
        guard let replica = replicas[shard][slot] else { return }
        replicas[shard][slot] = nil
        replica.account.remove(replica.subscription)
    }
}

/// Another shard's subscription, and the account that it stands in.
struct Replica {
    let subscription: Subscription
    let account: Account
}
