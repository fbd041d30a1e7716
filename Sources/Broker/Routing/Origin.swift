import NIOCore
import NKeys

/// Where a message is from, for what depends on it along the way.
///
/// Session, client and trace are not retained, which would cost more than the rest of the way: an origin never outlives the call
/// that handles the message, and whoever makes that call holds them.
struct Origin {
    /// The publishing connection, if it is this shard's; nil for the server itself.
    unowned(unsafe) var session: Session?
    /// Who published the message; nil for the server itself, and where it does not matter any more.
    unowned(unsafe) var client: Client?
    /// What the message is traced by; nil for nothing.
    unowned(unsafe) var trace: TracedMessage?
    /// The number of the publishing connection, on whatever shard; 0 for the server itself.
    var connection: UInt64 = 0
    /// The tail as a buffer of its own, where it is large enough to be shared instead of copied.
    var shared: ByteBuffer?
    /// Where the message has been; nil while it cannot cross accounts.
    var journey: Journey?
    /// How many service imports it has passed on this way.
    var hops = 0
    /// Whether the first of them shows who asks: what the asking account does not show, no other account's import does.
    var isShared = false

    /// Most accounts that a message may pass through on its way.
    private static let maximumHops = 16

    /// The origin for the next account, or nil where the message has been there already.
    func crossing(to account: Int, _ subject: Span<UInt8>) -> Origin? {
        guard hops < Self.maximumHops else { return nil }
        guard journey?.visit(account, subject) ?? true else { return nil }
        var onward = self
        onward.hops += 1
        return onward
    }
}

/// The places that one message has been to on all its ways through service imports. It comes to each only once, so that
/// imports that form circles, or many ways to one place, multiply nothing.
///
/// A shard uses its journeys again and again, since a message's way through the accounts ends before the next one's begins.
final class Journey {
    private struct Stop {
        let account: Int
        /// Where its subject stands in ``bytes``.
        let start: Int
        let count: Int
    }

    /// Most crossings of one message in all. Imports can be written so that each crossing leads to several others on
    /// ever new subjects; whatever tenants write, a message costs the others no more than this.
    private static let budget = 128

    private var stops: [Stop] = []
    private var bytes: [UInt8] = []

    /// Whether the message comes to a place for the first time, and may still go on.
    func visit(_ account: Int, _ subject: Span<UInt8>) -> Bool {
        guard stops.count <= Self.budget else { return false }
        for stop in stops where stop.account == account && stop.count == subject.count {
            if isSame(stop.start, subject) { return false }
        }
        stops.append(Stop(account: account, start: bytes.count, count: subject.count))
        subject.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        return true
    }

    private func isSame(_ start: Int, _ subject: Span<UInt8>) -> Bool {
        for index in 0..<subject.count where bytes[start + index] != subject[index] { return false }
        return true
    }

    func forget() {
        stops.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }
}
