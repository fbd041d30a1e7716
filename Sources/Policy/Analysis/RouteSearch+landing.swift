import Subjects

// What others publish for somebody - an answer, what a stream gives out - goes on like anything that is published: by mappings
// and imports to where the question is about.

/// Where such a message comes in.
struct Landing {
    /// From there to the question's subjects, in the order in which a message takes it.
    let way: [Trail.Stop]
    /// Whether the set's subjects are known to go on by that way.
    var isExact = true
    /// The subjects there.
    var set: SubjectSet

    /// `typed` for what clients publish, `routed` for what the server publishes itself, `served` for what comes back through
    /// services: no mapping moves the latter two, and no stream is imported of the last.
    let place: AccessPlace
}

/// What becomes of a subject on a way.
struct Following {
    var subject: [UInt8]
    /// The same behind the first passage.
    var first: [UInt8]
    var kinds: [AccessRoute.Kind] = []
    var steps: [AccessRoute.Step] = []
    /// Whether this subject does come to what it was followed to.
    var isExact = true
}

extension RouteSearch {
    /// With more, those of a place are taken together, and are upper bounds.
    private static let mostLandings = 256

    /// Where messages may come in that get to the end of a trail, nearest first.
    func landings(_ trail: Trail) -> [Landing] {
        var result: [Landing] = []
        var whole: [AccessPlace: Int] = [:]
        for (number, stop) in trail.stops.enumerated() {
            guard [.typed, .routed, .served].contains(stop.place.stage) else { continue }
            if result.count < Self.mostLandings {
                result.append(Landing(way: trail.way(to: number), set: stop.set, place: stop.place))
            } else if let index = whole[stop.place] {
                result[index].set = (try? result[index].set.union(stop.set)) ?? .everything
            } else {
                whole[stop.place] = result.count
                result.append(
                    Landing(way: trail.way(to: number), isExact: false, set: stop.set, place: stop.place))
            }
        }
        return result
    }

    /// Follows a subject to the end of a way.
    func follow(_ subject: [UInt8], _ way: [Trail.Stop]) -> Following {
        var result = Following(subject: subject, first: subject)
        for (number, stop) in way.enumerated() {
            guard let passage = stop.passage else { continue }
            if let moved = passage.move(result.subject) { result.subject = moved } else { result.isExact = false }
            if number == 0 { result.first = result.subject }
            guard let (kind, step) = graph.describe(passage, String(decoding: result.subject, as: UTF8.self)) else {
                continue
            }
            if result.kinds.last != kind { result.kinds.append(kind) }
            result.steps.append(step)
        }
        // What a set is only an upper bound of may still hold for the one subject that is shown.
        if let end = way.last, !end.set.contains(result.subject.span) { result.isExact = false }
        return result
    }

    /// Follows a subject from where a message on it comes in.
    func follow(_ subject: [UInt8], from landing: Landing) -> Following {
        var result = follow(subject, landing.way)
        result.isExact = result.isExact && landing.isExact
        return result
    }

    /// Where requests come from that get to some places of an account; worked out once for each.
    ///
    /// - Parameter name: of the subjects, which no others in the account have.
    mutating func requests(
        on subjects: SubjectSet, named name: String, in number: Int, _ stages: [AccessPlace.Stage]
    ) -> Trail {
        let key = RequestKey(account: number, stages: stages, name: name)
        if let known = trails[key] { return known }
        let made = Trail(graph, to: places(stages, of: number), subjects)
        trails[key] = made
        return made
    }

    struct RequestKey: Hashable {
        let account: Int
        let stages: [AccessPlace.Stage]
        let name: String
    }
}
