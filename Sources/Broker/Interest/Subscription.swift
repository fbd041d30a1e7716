import Authorization
import Subjects

/// Somebody's registered interest in a pattern of one account's subjects, as one shard has it: for its own clients, and as
/// a replica for those of the other shards.
///
/// Confined to the shard's event loop, like everything in this room that is not said to be otherwise.
final class Subscription {
    /// Whom a matching message goes to.
    enum Target {
        /// A client of this shard.
        case client(Session)
        /// A client of another shard.
        case foreign(shard: Int)
        /// A client of an importing account, through a stream import: the subscription stands in the exporter's index,
        /// and `parent` is what the client asked for in its own account.
        case streamImport(parent: Subscription, StreamImport)
        /// Another account, through a service import.
        case serviceImport(ServiceImport, exporter: Account)
        /// The server itself.
        case system(SystemService)
        /// Whoever waits for the answer to a question of the server; see ``ServerInbox``.
        case inbox
    }

    let pattern: Pattern
    /// The queue group; nil for a plain subscription.
    let queue: [UInt8]?
    /// The client's number for the subscription, as it wrote it; empty where the client is another shard's.
    let id: [UInt8]
    /// The number, as it stands in a delivery.
    let label: SubscriptionLabel
    let target: Target
    /// Its place in the table of the shard that its client belongs to.
    let slot: Int
    /// Whom to ask about each delivery, because a deny meets the pattern; nil where there is nothing to ask.
    var filter: Client?
    /// Deliveries after which it ends.
    var maximum = Int.max
    var delivered = 0
    /// Set once it has been taken out of the index, for those who still hold it.
    var isRemoved = false
    /// Where it stands in its list of the index, so that it is taken out without a search.
    var place = 0
    /// The number of the account whose client it is, and where it stands among that account's.
    var account = 0
    var position = 0
    /// Its counterparts in exporting accounts.
    var shadows: [(account: Account, subscription: Subscription)] = []

    init(
        pattern: Pattern, queue: [UInt8]? = nil, id: [UInt8] = [], target: Target, slot: Int = 0, filter: Client? = nil
    ) {
        self.pattern = pattern
        self.queue = queue
        self.id = id
        label = SubscriptionLabel(id)
        self.target = target
        self.slot = slot
        self.filter = filter
    }

    var isServiceImport: Bool {
        if case .serviceImport = target { return true }
        return false
    }
}

/// ` 12 `: a subscription's number between its blanks, kept so that writing it takes two stores.
struct SubscriptionLabel {
    /// How many bytes fit in place.
    static let room = 16

    private let words: (UInt64, UInt64)
    /// Blanks included.
    let count: Int
    /// The whole label, where it does not fit.
    private let long: [UInt8]

    init(_ id: [UInt8]) {
        let text = [0x20] + id + [0x20]
        count = text.count
        guard text.count <= Self.room else {
            words = (0, 0)
            long = text
            return
        }
        var packed = [UInt64](repeating: 0, count: 2)
        for (index, byte) in text.enumerated() { packed[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8) }
        words = (packed[0].littleEndian, packed[1].littleEndian)
        long = []
    }

    /// Writes the label, and may write on up to ``room`` bytes.
    @inline(__always)
    func write(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        if count <= Self.room {
            buffer.storeBytes(of: words.0, toByteOffset: offset, as: UInt64.self)
            buffer.storeBytes(of: words.1, toByteOffset: offset + 8, as: UInt64.self)
        } else {
            long.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyMemory(from: $0) }
        }
    }
}
