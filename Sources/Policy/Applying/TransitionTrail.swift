import Subjects

/// Where messages get to in the course of a change, or come from, each place with the subjects that they have there and
/// with what that relies on.
struct TransitionTrail {
    struct Stop: Hashable {
        let place: AccessPlace
        let reliance: Reliance
    }

    /// Where messages are at first.
    typealias Start = (stop: Stop, set: SubjectSet)

    /// Ways are followed as far as this: servers take no longer chains of services either.
    static let maximumHops = 8
    static let maximumStops = 5_000

    private(set) var stops: [Stop: SubjectSet] = [:]

    /// - Parameter isForward: whether messages are followed to where they go; otherwise to where they come from.
    init(
        _ graph: TransitionGraph, _ starts: [Start], isForward: Bool
    ) throws(SubjectsTooLarge) {
        var fresh: [Start] = []
        for start in starts { try add(start.stop, start.set, &fresh) }
        for _ in 0..<(2 * Self.maximumHops) where !fresh.isEmpty && stops.count < Self.maximumStops {
            let last = fresh
            fresh = []
            for (stop, set) in last {
                for way in (isForward ? graph.ways.from : graph.ways.to)[stop.place] ?? [] {
                    let reliance = stop.reliance.union(way.reliance)
                    guard reliance.isPossible else { continue }
                    let place = isForward ? way.passage.to : way.passage.from
                    try add(Stop(place: place, reliance: reliance), way.move(set, isForward: isForward), &fresh)
                }
            }
        }
    }

    private mutating func add(
        _ stop: Stop, _ set: SubjectSet, _ fresh: inout [Start]
    ) throws(SubjectsTooLarge) {
        guard stop.reliance.isPossible, try !set.isEmpty() else { return }
        let known = stops[stop] ?? .nothing
        guard try !set.isSubset(of: known) else { return }
        stops[stop] = try known.union(set)
        fresh.append((stop, set))
    }
}
