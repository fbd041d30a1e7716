/// Whose turn it is, where few can do something at a time: the parties that wait take turns, and whoever came first of a party
/// goes first among its own.
///
/// A place that becomes free is for the party that holds the fewest then, and of those alike for the one whose turn was longest
/// ago, or that has been waiting longest. So one alone may hold all places, and keeps no other from the next; where turns take so
/// long that this is too late, a party is held to fewer than all.
struct TurnOrder<Ticket> {
    /// What becomes of who comes.
    enum Arrival: Equatable {
        case goes, waits
        /// Too many of the party wait already.
        case turnedAway
    }

    /// How many places there are.
    private let places: Int
    /// How many of them one party has at the most.
    private let mostHeld: Int
    /// How many of one party wait at the most.
    private let mostWaiting: Int
    /// The places that each party holds; none with 0.
    private var held: [String: Int] = [:]
    /// Those who wait, the first one first; none without any.
    private var waiting: [String: [Ticket]] = [:]
    /// The parties that wait, whose turn is longest ago first.
    private var order: [String] = []

    init(places: Int, mostHeld: Int = .max, mostWaiting: Int = .max) {
        (self.places, self.mostHeld, self.mostWaiting) = (places, mostHeld, mostWaiting)
    }

    /// Whether there is a free place: there is none while somebody waits who may have one more.
    var isFree: Bool { held.values.reduce(0, +) < places }

    /// What becomes of one of a party who comes now. Who goes has a place until ``leave(_:)``; who waits is to be added with
    /// ``wait(_:_:)``.
    mutating func arrive(_ party: String) -> Arrival {
        if isFree, mayHaveMore(party) {
            held[party, default: 0] += 1
            return .goes
        }
        return waiting[party]?.count ?? 0 < mostWaiting ? .waits : .turnedAway
    }

    private func mayHaveMore(_ party: String) -> Bool { held[party] ?? 0 < mostHeld }

    mutating func wait(_ party: String, _ ticket: Ticket) {
        if waiting[party] == nil { order.append(party) }
        waiting[party, default: []].append(ticket)
    }

    /// Gives back a place of a party.
    ///
    /// - Returns: whose turn it is now, who has the place; nil where nobody waits who may have it.
    mutating func leave(_ party: String) -> Ticket? {
        held[party] = held[party].flatMap { $0 > 1 ? $0 - 1 : nil }
        // Of those alike it is the first one.
        let next = order.filter { mayHaveMore($0) }.min { held[$0] ?? 0 < held[$1] ?? 0 }
        guard let next, var tickets = waiting[next] else { return nil }
        let ticket = tickets.removeFirst()
        waiting[next] = tickets.isEmpty ? nil : tickets
        order.removeAll { $0 == next }
        if !tickets.isEmpty { order.append(next) }
        held[next, default: 0] += 1
        return ticket
    }
}
