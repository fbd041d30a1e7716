import NIOCore

// Messages for receivers on other shards.

extension Shard {
    /// Puts a message into the parcel for another shard, for several receivers in the account itself.
    @inline(__always)
    func hand(
        to shard: Int, _ slots: [UInt32], _ origin: Origin, _ account: Account, _ subject: Span<UInt8>,
        _ tail: Span<UInt8>, _ shape: MessageShape
    ) {
        if outboxes[shard].isEmpty { endTurnSoon() }
        outboxes[shard].append(
            .copies, account: account.number, subject: subject, matched: nil, tail: tail, shape: shape,
            shared: origin.shared, connection: origin.connection, receivers: slots.count
        ) { writer in slots.withUnsafeBytes { writer.put($0) } }
        handOverIfLarge(shard)
    }

    /// Puts a message into the parcel for another shard, for one receiver.
    func hand(
        _ kind: Parcel.Kind, to shard: Int, _ slot: Int, _ origin: Origin, _ account: Account, _ subject: Span<UInt8>,
        matched: Span<UInt8>?, _ tail: Span<UInt8>, _ shape: MessageShape
    ) {
        if outboxes[shard].isEmpty { endTurnSoon() }
        outboxes[shard].append(
            kind, account: account.number, subject: subject, matched: matched, tail: tail, shape: shape,
            shared: origin.shared, connection: origin.connection, receivers: 1
        ) { $0.put(UInt32(truncatingIfNeeded: slot)) }
        handOverIfLarge(shard)
    }

    /// Puts an answer into the parcel for the shard that knows where it goes.
    func hand(
        answer subject: Span<UInt8>, to shard: Int, _ origin: Origin, _ account: Account, _ tail: Span<UInt8>,
        _ shape: MessageShape, by responder: Parcel.Responder
    ) {
        if outboxes[shard].isEmpty { endTurnSoon() }
        outboxes[shard].append(
            answer: subject, account: account.number, tail: tail, shape: shape, shared: origin.shared, by: responder)
        handOverIfLarge(shard)
    }

    // MARK: Delivering

    /// Delivers what another shard handed over.
    func deliver(_ parcel: Parcel, from shard: Int) {
        let bytes = parcel.buffer.readableBytesUInt8Span
        var position = 0
        var isStalled = false
        while position < bytes.count {
            let message = bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: position, as: Parcel.Message.self)
            }
            position += MemoryLayout<Parcel.Message>.size
            let subject = position..<position + Int(message.subjectCount)
            let matched =
                message.matchedCount == 0
                ? subject : subject.upperBound..<subject.upperBound + Int(message.matchedCount)
            position = matched.upperBound
            var shape = message.shape
            shape.serial = nextSerial()
            let isBehind: Bool
            if message.shared >= 0 {
                let large = parcel.shared[Int(message.shared)]
                isBehind = deliver(
                    message, parcel, bytes, subject, matched: matched, large.readableBytesUInt8Span, large, shape,
                    slots: position)
            } else {
                let tail = Int(message.tailStart)..<Int(message.tailStart) + Int(message.tailCount)
                if tail.lowerBound == position { position = tail.upperBound }
                isBehind = deliver(
                    message, parcel, bytes, subject, matched: matched, bytes.extracting(tail), nil, shape,
                    slots: position)
            }
            if message.kind != .answer { position += Int(message.receivers) * MemoryLayout<UInt32>.size }
            if isBehind, !isStalled, message.connection > 0 {
                isStalled = true
                peers[shard].post(.stall(connection: message.connection))
            }
        }
    }

    /// Delivers one message to its receivers, whose slots stand at a place of the parcel's bytes.
    ///
    /// - Returns: whether a receiver is about to fall too far behind.
    @inline(__always)
    private func deliver(
        _ message: Parcel.Message, _ parcel: Parcel, _ bytes: Span<UInt8>, _ subject: Range<Int>,
        matched: Range<Int>, _ tail: Span<UInt8>, _ large: ByteBuffer?, _ shape: MessageShape, slots: Int
    ) -> Bool {
        let origin = Origin(connection: message.connection, shared: large)
        if message.kind == .answer {
            answer(message, parcel, origin, bytes.extracting(subject), tail, shape)
            return false
        }
        isReceiverBehind = false
        for number in 0..<Int(message.receivers) {
            let slot = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: slots + 4 * number, as: UInt32.self) }
            let isTaken =
                self.slots.receiver(Int(slot))?.deliver(bytes.extracting(subject), tail, shape, from: origin) ?? false
            if !isTaken, message.kind != .copies {
                choose(insteadOf: Int(slot), message, origin, bytes.extracting(matched), tail, shape)
            }
        }
        return isReceiverBehind
    }

    private func answer(
        _ message: Parcel.Message, _ parcel: Parcel, _ origin: Origin, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) {
        // Held by the parcel.
        let responder = parcel.responders[Int(message.receivers)]
        var origin = origin
        origin.client = responder.client
        _ = routeAnswer(
            origin, from: accounts[Int(message.account)], subject, tail, shape, roundTrip: responder.roundTrip)
        withExtendedLifetime(responder.client) {}
    }

    /// Finds another member for a message whose chosen one left, or lost its permission, while it was on its way. A member
    /// that unsubscribes loses its group nothing.
    private func choose(
        insteadOf slot: Int, _ message: Parcel.Message, _ origin: Origin, _ subject: Span<UInt8>, _ tail: Span<UInt8>,
        _ shape: MessageShape
    ) {
        guard let subscription = slots[slot], let queue = subscription.queue else { return }
        let importer = message.kind == .importersChoice ? subscription.account : nil
        let key = Interest.GroupKey(importer: importer, name: queue)
        let account = accounts[Int(message.account)]
        guard let group = account.interest.match(subject).groups.first(where: { $0.key == key }) else { return }
        _ = deliverToOne(of: group.members, origin, account, subject, tail, shape)
    }
}
