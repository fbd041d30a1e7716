import Subjects

/// All places that messages get to from somewhere, or come from, each with the subjects that they have there.
///
/// Sets are moved exactly. Behind ``maximumHops`` mappings and imports, or where a set grows too large, a place is taken
/// with every subject instead, and what is found there is an upper bound: nothing is passed over in silence.
struct Trail: Sendable {
    static let maximumHops = 8
    static let maximumStops = 20_000

    struct Stop: Sendable {
        let place: AccessPlace
        let set: SubjectSet
        /// Whether each subject of the set does get here; otherwise there are no others that do.
        let isExact: Bool
        /// The way between this stop and ``previous``; nil where the trail begins.
        let passage: Passage?
        let previous: Int?
        fileprivate let hops: Int
    }

    /// In the order of their distance.
    private(set) var stops: [Stop] = []
    private let graph: AccessGraph
    private let isForward: Bool
    private var exact: [AccessPlace: SubjectSet] = [:]
    private var known: [AccessPlace: SubjectSet] = [:]
    private var whole: Set<AccessPlace> = []

    /// Where messages on the subjects go.
    init(_ graph: AccessGraph, from places: [AccessPlace], _ subjects: SubjectSet) {
        self.init(graph, from: places.map { ($0, subjects) })
    }

    /// Where messages go, from several places on different subjects.
    init(_ graph: AccessGraph, from starts: [(place: AccessPlace, subjects: SubjectSet)]) {
        self.init(graph, starts, isForward: true)
    }

    /// Where messages come from that get to the places on the subjects.
    init(_ graph: AccessGraph, to places: [AccessPlace], _ subjects: SubjectSet) {
        self.init(graph, places.map { ($0, subjects) }, isForward: false)
    }

    private init(_ graph: AccessGraph, _ starts: [(place: AccessPlace, subjects: SubjectSet)], isForward: Bool) {
        self.graph = graph
        self.isForward = isForward
        for start in starts where (try? start.subjects.isEmpty()) != true {
            add(start.place, SubjectBound(start.subjects, isExact: true), nil, nil, hops: 0)
        }
        var next = 0
        while next < stops.count {
            expand(next)
            next += 1
        }
    }

    private mutating func expand(_ number: Int) {
        let stop = stops[number]
        let passages = isForward ? graph.passages(from: stop.place) : graph.passages(to: stop.place)
        for passage in passages {
            let place = isForward ? passage.to : passage.from
            let hops = stop.hops + (passage.kind == .stay ? 0 : 1)
            guard hops <= Self.maximumHops, stops.count < Self.maximumStops else {
                addWhole(place, passage, number, hops)
                continue
            }
            do throws(SubjectsTooLarge) {
                let moved = try isForward ? passage.image(of: stop.set) : passage.preimage(of: stop.set)
                guard try !moved.set.isEmpty() else { continue }
                add(place, SubjectBound(moved.set, isExact: moved.isExact && stop.isExact), passage, number, hops: hops)
            } catch {
                addWhole(place, passage, number, hops)
            }
        }
    }

    private mutating func add(
        _ place: AccessPlace, _ bound: SubjectBound, _ passage: Passage?, _ previous: Int?, hops: Int
    ) {
        guard !whole.contains(place), !isKnown(place, bound) else { return }
        stops.append(
            Stop(
                place: place, set: bound.set, isExact: bound.isExact, passage: passage, previous: previous, hops: hops))
    }

    /// Whether nothing new gets to a place. What is known of it is kept up; where that becomes too large, the same is
    /// looked at again instead, which ends with the hops.
    private mutating func isKnown(_ place: AccessPlace, _ bound: SubjectBound) -> Bool {
        let seen = (bound.isExact ? exact : known)[place] ?? .nothing
        if (try? bound.set.isSubset(of: seen)) == true { return true }
        if bound.isExact { exact[place] = (try? exact[place, default: .nothing].union(bound.set)) ?? bound.set }
        known[place] = (try? known[place, default: .nothing].union(bound.set)) ?? bound.set
        return false
    }

    private mutating func addWhole(_ place: AccessPlace, _ passage: Passage, _ previous: Int, _ hops: Int) {
        guard whole.insert(place).inserted else { return }
        stops.append(
            Stop(place: place, set: .everything, isExact: false, passage: passage, previous: previous, hops: hops))
    }

    /// The stops from one back to where the trail begins.
    func way(to number: Int) -> [Stop] {
        var result: [Stop] = []
        var next: Int? = number
        while let number = next {
            result.append(stops[number])
            next = stops[number].previous
        }
        return result
    }
}
