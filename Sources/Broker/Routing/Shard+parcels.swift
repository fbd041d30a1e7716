import NIOCore

// Messages for receivers on other shards.

extension Shard {
    /// Puts a message into the parcel for another shard; its receivers are added next.
    @inline(__always)
    func hand(
        _ kind: Parcel.Kind, to shard: Int, _ origin: Origin, _ account: Account, _ subject: Span<UInt8>,
        matched: Span<UInt8>?, _ tail: Span<UInt8>, _ shape: MessageShape, client: Client? = nil
    ) {
        if outboxes[shard].isEmpty { endTurnSoon() }
        outboxes[shard].append(
            kind, account: account.number, subject: subject, matched: matched, tail: tail, shape: shape,
            shared: origin.shared, connection: origin.connection, client: client)
    }

    /// Delivers what another shard handed over.
    func deliver(_ parcel: Parcel, from shard: Int) {
        let bytes = parcel.bytes.span
        var isStalled = false
        for message in parcel.messages {
            let subject = bytes.extracting(message.subject.range)
            let matched = bytes.extracting(message.matched.range)
            var shape = message.shape
            shape.serial = nextSerial()
            var origin = Origin(connection: message.connection)
            var isBehind = false
            if message.shared >= 0 {
                let buffer = parcel.shared[Int(message.shared)]
                origin.shared = buffer
                isBehind = deliver(
                    message, of: parcel, origin, subject, matched: matched, buffer.readableBytesUInt8Span, shape)
            } else {
                let tail = bytes.extracting(message.tail.range)
                isBehind = deliver(message, of: parcel, origin, subject, matched: matched, tail, shape)
            }
            if isBehind, !isStalled, message.connection > 0 {
                isStalled = true
                peers[shard].post(.stall(connection: message.connection))
            }
        }
    }

    /// Delivers one message.
    ///
    /// - Returns: whether a receiver is about to fall too far behind.
    private func deliver(
        _ message: Parcel.Message, of parcel: Parcel, _ origin: Origin, _ subject: Span<UInt8>,
        matched: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) -> Bool {
        let account = accounts[Int(message.account)]
        if message.kind == .answer {
            var origin = origin
            origin.client = parcel.clients[Int(message.receivers.start)]
            _ = routeAnswer(origin, from: account, subject, tail, shape)
            return false
        }
        var isBehind = false
        for index in message.receivers.range {
            guard let subscription = slots[Int(parcel.slots[index])],
                case .client(let session) = subscription.target
            else { continue }
            // A shard's own publishers come back to it only when another had no better choice.
            let isEcho = session.id == message.connection && !session.options.echo
            let isTaken = !isEcho && session.deliver(subscription, subject, tail, shape, from: origin)
            if session.isFallingBehind { isBehind = true }
            if !isTaken, message.kind != .copies {
                choose(insteadOf: subscription, message.kind, origin, account, matched, tail, shape)
            }
        }
        return isBehind
    }

    /// Finds another member for a message whose chosen one left while it was on its way. A member that unsubscribes loses
    /// its group nothing.
    private func choose(
        insteadOf subscription: Subscription, _ kind: Parcel.Kind, _ origin: Origin, _ account: Account,
        _ subject: Span<UInt8>, _ tail: Span<UInt8>, _ shape: MessageShape
    ) {
        guard let queue = subscription.queue else { return }
        let key = Interest.GroupKey(importer: kind == .importersChoice ? subscription.account : nil, name: queue)
        guard let group = account.interest.match(subject).groups.first(where: { $0.key == key }) else { return }
        _ = deliverToOne(of: group.members, origin, account, subject, tail, shape)
    }
}
