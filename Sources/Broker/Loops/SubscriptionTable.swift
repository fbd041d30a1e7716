/// The subscriptions of a shard's clients in numbered slots. A slot stays the same subscription's until it is released,
/// also after the subscription has ended.
struct SubscriptionTable {
    private var subscriptions: [Subscription?] = []
    /// Those that have not ended. ``subscriptions`` keeps what they refer to.
    private var receivers: [Receiver?] = []
    private var free: [Int] = []

    /// Takes a free slot for the subscription that `make` returns when it is told the slot.
    mutating func insert(of session: Session, _ make: (Int) -> Subscription) -> Subscription {
        let slot: Int
        if let known = free.popLast() {
            slot = known
        } else {
            slot = subscriptions.count
            subscriptions.append(nil)
            receivers.append(nil)
        }
        let subscription = make(slot)
        subscriptions[slot] = subscription
        receivers[slot] = Receiver(session, subscription)
        return subscription
    }

    /// Ends a subscription; it keeps its slot.
    mutating func end(_ slot: Int) {
        receivers[slot] = nil
    }

    /// Makes a slot free for others.
    mutating func release(_ slot: Int) {
        subscriptions[slot] = nil
        free.append(slot)
    }

    /// Who receives through a slot, unless the subscription has ended.
    @inline(__always)
    func receiver(_ slot: Int) -> Receiver? {
        receivers.indices.contains(slot) ? receivers[slot] : nil
    }

    /// The subscription of a slot, also one that has ended.
    subscript(slot: Int) -> Subscription? {
        subscriptions.indices.contains(slot) ? subscriptions[slot] : nil
    }
}

/// A client's subscription on this shard, for delivering to it. Neither of the two is retained for each delivery, which
/// would cost as much as the rest of it: whoever keeps a receiver keeps the subscription, whose target is the session, for
/// as long as a delivery may take.
struct Receiver {
    private let session: Unmanaged<Session>
    private let subscription: Unmanaged<Subscription>

    init(_ session: Session, _ subscription: Subscription) {
        self.session = .passUnretained(session)
        self.subscription = .passUnretained(subscription)
    }

    /// Hands a message over; see ``Session/deliver(_:_:_:_:from:)``.
    @inline(__always)
    func deliver(_ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape, from origin: Origin) -> Bool {
        session._withUnsafeGuaranteedRef { session in
            subscription._withUnsafeGuaranteedRef { session.deliver($0, subject, tail, shape, from: origin) }
        }
    }
}
