import Authorization
import Synchronization

/// Takes events from one event loop to the one writer, without locks. When it is full an event is not taken but counted, by
/// kind and outcome.
///
/// `@unchecked Sendable`: the slots are shared by exactly one producer, who alone writes `tail` and the slots outside
/// `head..<tail`, and one consumer, who alone writes `head` and the slots inside. Each publishes what it did to slots by a
/// releasing store of its own position, and looks at slots only after an acquiring load of the other's. All that else changes
/// is atomic.
final class DecisionRing: @unchecked Sendable {
    /// A power of two.
    let capacity: Int
    private let slots: UnsafeMutablePointer<DecisionEvent>
    private let head = Atomic<Int>(0)
    private let tail = Atomic<Int>(0)
    /// What was lost since the beginning, by ``LostEvents/index(of:)``.
    private let lost: UnsafeMutablePointer<Atomic<Int64>>

    init(capacity: Int) {
        var power = 1
        while power < capacity { power <<= 1 }
        self.capacity = power
        slots = .allocate(capacity: power)
        lost = .allocate(capacity: LostEvents.kindCount)
        for index in 0..<LostEvents.kindCount { (lost + index).initialize(to: Atomic(0)) }
    }

    deinit {
        _ = drain { _ in }
        slots.deallocate()
        (lost).deinitialize(count: LostEvents.kindCount)
        lost.deallocate()
    }

    /// Puts an event in. For the producer alone.
    ///
    /// - Returns: whether there was room.
    func put(_ event: DecisionEvent) -> Bool {
        let position = tail.load(ordering: .relaxed)
        guard position &- head.load(ordering: .acquiring) < capacity else {
            lost[LostEvents.index(of: event)].wrappingAdd(1, ordering: .relaxed)
            return false
        }
        (slots + (position & (capacity - 1))).initialize(to: event)
        tail.store(position &+ 1, ordering: .sequentiallyConsistent)
        return true
    }

    var isEmpty: Bool { tail.load(ordering: .sequentiallyConsistent) == head.load(ordering: .relaxed) }

    /// Takes out what is in, the oldest first. For the consumer alone.
    ///
    /// - Returns: how many there were.
    func drain(_ take: (consuming DecisionEvent) -> Void) -> Int {
        let start = head.load(ordering: .relaxed)
        let end = tail.load(ordering: .acquiring)
        var position = start
        while position != end {
            take((slots + (position & (capacity - 1))).move())
            position &+= 1
            // Room is given back as soon as there is some.
            if position & 255 == 0 { head.store(position, ordering: .releasing) }
        }
        head.store(position, ordering: .releasing)
        return position &- start
    }

    /// What was lost since the beginning. For the consumer alone.
    var lostSoFar: LostEvents {
        var events = LostEvents()
        for index in 0..<LostEvents.kindCount { events.counts[index] = lost[index].load(ordering: .relaxed) }
        return events
    }
}

/// Numbers of events that were lost, by kind and outcome.
struct LostEvents: Sendable, Hashable {
    /// The actions, denied and allowed, and the ends of connections, in three outcomes.
    static let kindCount = Action.allCases.count * 2 + 4

    var counts = [Int64](repeating: 0, count: kindCount)

    static func index(of event: DecisionEvent) -> Int {
        guard event.departure == nil else {
            let base = Action.allCases.count * 2
            return switch DecidedOutcome.outcome(of: event) {
            case .cut: base
            case .exhausted: base + 1
            case .error: base + 2
            case .changed, .allowed, .denied: base + 3
            }
        }
        return Int(event.action.rawValue) * 2 + (event.decision.isAllowed ? 1 : 0)
    }

    private static let names: [String] =
        Action.allCases.flatMap {
            ["\(DecidedOutcome.kind(of: $0).rawValue).denied", "\(DecidedOutcome.kind(of: $0).rawValue).allowed"]
        }
        + ["disconnect.cut", "disconnect.exhausted", "disconnect.error", "disconnect.changed"]

    var total: Int64 { counts.reduce(0, +) }

    /// As a gap shows them.
    var byName: [String: Int64] {
        var named: [String: Int64] = [:]
        for (index, count) in counts.enumerated() where count > 0 { named[Self.names[index], default: 0] += count }
        return named
    }

    static func - (one: LostEvents, other: LostEvents) -> LostEvents {
        var difference = one
        for index in difference.counts.indices { difference.counts[index] -= other.counts[index] }
        return difference
    }
}
