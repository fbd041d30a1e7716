import Authorization
import NIOCore

// What shards and the control plane say to each other.

extension Shard {
    /// Acts on everything in the mailbox, in order.
    func readMail() {
        while !mailbox.isEmpty {
            for mail in mailbox.takeAll() { act(on: mail) }
        }
    }

    private func act(on mail: Mail) {
        switch mail {
        case .interest(let changes, let shard, let sequence):
            apply(changes, from: shard, sequence: sequence)
        case .applied(let sequence, let shard):
            noteApplied(sequence, by: shard)
        case .parcel(let parcel, let shard):
            unpack(parcel, from: shard)
        case .traced(let delivery, let shard):
            deliver(delivery, from: shard)
        case .traceEvent(let trace, let event):
            take(event, of: trace)
        case .emptied(let storage):
            if spares.count < Self.mostSpares { spares.append(storage) }
        case .caughtUp(let shard):
            goOn(after: shard)
        case .stall(let connection):
            sessions[connection]?.stall()
        case .inboxAnswer(let answer, let account):
            take(answer, in: account)
        case .accounts(let update):
            apply(update)
        case .admission(let connection, let answer):
            sessions[connection]?.enter(answer)
        case .fetched(let connection):
            sessions[connection]?.accountWasFetched()
        case .lameDuck:
            tellOfLameDuck()
        case .sendAway(let connection):
            sessions[connection]?.close(.serverShutdown, telling: nil)
        case .serviceAnswer(let answer):
            take(answer)
        case .question(let question):
            question(self)
        case .stop:
            stop()
        }
    }

    // MARK: Handing over

    /// Posts what was gathered for other shards: first what changed about interest, to all of them, so that nobody who
    /// hears of a message comes before it; then the messages.
    func handOver() {
        postChanges()
        for target in outboxes.indices where !outboxes[target].isEmpty { post(outboxOf: target) }
    }

    /// Parcels beyond this are handed over before the turn of the loop ends.
    private static let earlyHandOver = 96 << 10
    /// Storage of these sizes goes back to where it came from: less is quickly had anew, more is not worth keeping.
    private static let returned = 16 << 10...512 << 10
    private static let mostSpares = 8

    /// Gives the parcel for a shard away if it has grown large.
    @inline(__always)
    func handOverIfLarge(_ target: Int) {
        if outboxes[target].size > Self.earlyHandOver {
            postChanges()
            post(outboxOf: target)
        }
    }

    private func post(outboxOf target: Int) {
        let parcel = outboxes[target]
        outboxes[target] = Parcel(storage: takeSpare())
        let isBehind = peers[target].backlogs[index].add(parcel.size)
        peers[target].post(.parcel(parcel, from: index))
        if isBehind { laggards.insert(target) }
    }

    /// A buffer to fill. Emptied only now, when whoever delivered what was in it has let go of it.
    private func takeSpare() -> ByteBuffer {
        guard var storage = spares.popLast() else { return ByteBuffer() }
        storage.clear()
        return storage
    }

    /// Delivers a parcel, and gives back what it was made of.
    private func unpack(_ parcel: Parcel, from shard: Int) {
        deliver(parcel, from: shard)
        if peers[index].backlogs[shard].remove(parcel.size) { peers[shard].post(.caughtUp(by: index)) }
        if Self.returned.contains(parcel.buffer.capacity), !isStopping {
            peers[shard].post(.emptied(parcel.buffer))
        }
    }

    /// A shard has caught up; when all have, those who had to wait go on.
    private func goOn(after shard: Int) {
        laggards.remove(shard)
        guard laggards.isEmpty else { return }
        let sessions = waiting
        waiting = []
        for session in sessions { session.goOn() }
    }

    // MARK: Accounts

    /// Puts an update in force: claims, imports, and for those who are connected what follows from it.
    private func apply(_ update: AccountsUpdate) {
        refreshTracing()
        put(update.states)
        let before = sessions.values.count { $0.isActive }
        for reviewed in update.reviewed {
            for session in Array(accounts[reviewed].sessions.values) { session.review() }
        }
        for connection in update.excess { sessions[connection]?.refuse(.accountConnectionLimit) }
        let cut = before - sessions.values.count { $0.isActive }
        handOver()
        let index = index
        control.execute { $0.noteApplied(update.number, by: index, cut: cut) }
    }

    /// Tells clients that the server is going away, and the control plane who is here.
    private func tellOfLameDuck() {
        for session in sessions.values { session.tellOfLameDuck() }
        let (index, connections) = (index, Array(sessions.keys))
        control.execute { $0.noteToldOfLameDuck(connections, on: index) }
    }

    /// Ends all connections; nobody new is let in, and no other loop is spoken to again.
    private func stop() {
        isStopping = true
        for session in Array(sessions.values) { session.close(.serverShutdown, telling: nil) }
        let index = index
        control.execute { $0.noteStopped(index) }
    }
}
