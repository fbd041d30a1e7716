import NIOCore
import NIOPosix

/// Which event loop the next connection goes to.
///
/// Few connections share loops in pairs: between two clients on one loop a message wakes one thread, between two loops it
/// wakes two, which takes longer than everything else that happens to it, the more so the busier the machine is. Beyond
/// that, a connection goes to the loop that has the fewest.
///
/// NIO gives loops out in turn, and only so. What is passed over here is what makes the next turn the wanted loop's.
/// Confined to the loop that accepts connections.
final class LoopPlacement {
    /// How many connections a loop has before the next one gets any.
    static let together = 2

    private let group: MultiThreadedEventLoopGroup
    /// The places of the loops in the group's order.
    private let places: [ObjectIdentifier: Int]
    private var counts: [Int]
    /// The place of the loop whose turn is next.
    private var turn = 0

    /// - Parameter group: nobody else asks it for a loop.
    init(_ group: MultiThreadedEventLoopGroup) {
        self.group = group
        let loops = Array(group.makeIterator())
        places = Dictionary(uniqueKeysWithValues: loops.enumerated().map { (ObjectIdentifier($1), $0) })
        counts = Array(repeating: 0, count: loops.count)
    }

    /// A connection has been given to the loop whose turn it was.
    func note(_ channel: any Channel, on eventLoop: any EventLoop) {
        guard let place = places[ObjectIdentifier(channel.eventLoop)] else { return }
        counts[place] += 1
        turn = (place + 1) % counts.count
        steer()
        let placement = NIOLoopBound(self, eventLoop: eventLoop)
        channel.closeFuture.whenComplete { _ in
            eventLoop.execute { placement.value.noteClosed(place) }
        }
    }

    private func noteClosed(_ place: Int) {
        counts[place] -= 1
        steer()
    }

    private func steer() {
        let wanted = Self.choose(counts)
        while turn != wanted {
            _ = group.next()
            turn = (turn + 1) % counts.count
        }
    }

    /// The loop that the next connection goes to, by how many each has.
    static func choose(_ counts: [Int]) -> Int {
        if let roomy = counts.firstIndex(where: { $0 < together }) { return roomy }
        return counts.indices.min { counts[$0] < counts[$1] } ?? 0
    }
}

/// Tells a placement of the connections that a listener accepts.
final class PlacementHandler: ChannelInboundHandler {
    typealias InboundIn = Channel
    typealias InboundOut = Channel

    private let placement: LoopPlacement

    init(_ placement: LoopPlacement) {
        self.placement = placement
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        placement.note(unwrapInboundIn(data), on: context.eventLoop)
        context.fireChannelRead(data)
    }
}
