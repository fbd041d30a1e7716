import Subjects

/// Everything that can leave an account, or enter it: for each other account what gets there, by which chain, and who is
/// at its end.
public struct TenantReach: Sendable {
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// Messages of the account come to others.
        case leaves
        /// Messages of others come into the account.
        case enters
    }

    public struct Line: Sendable, Hashable {
        public let direction: Direction
        /// The other account.
        public let account: String
        /// As they are called here, and there.
        public let here: String
        public let there: String
        /// Whether that is exactly what can; otherwise it is at most that.
        public let isExact: Bool
        public let kinds: [AccessRoute.Kind]
        public let steps: [AccessRoute.Step]
        /// Roles there that receive it, or publish it; none where nobody does.
        public let roles: [String]
        /// Other roles there that have it published for them: by who answers them, or by a stream.
        public let others: [Other]
    }

    public struct Other: Sendable, Hashable {
        public let role: String
        public let kinds: [AccessRoute.Kind]
        public let isExact: Bool
    }

    /// In the order of the chains' lengths.
    public let lines: [Line]
    /// Whether that is not all, since there was no more time for it.
    public let isCutShort: Bool

    /// - Parameters:
    ///   - engine: the server whose rules decide; for a set with streams nats-server in any case.
    ///   - moment: Unix seconds: a grant that has ended by then gives nobody anything. Nil counts all.
    /// - Returns: nil where the set has no such account.
    public init?(
        _ set: PolicySet, account: String, engine: Engine = .broker, at moment: Int64? = nil,
        patience: Patience = .endless
    ) {
        var analysis = AccessAnalysis(set, engine: engine, at: moment, patience: patience)
        let graph = analysis.graph
        guard let number = graph.numbers[account] else { return nil }
        func place(_ stage: AccessPlace.Stage) -> AccessPlace { AccessPlace(account: number, stage: stage) }
        let out = Trail(graph, from: [place(.typed)], .everything)
        let into = Trail(graph, to: AccessPlace.Stage.heard.map { place($0) }, .everything)
        lines =
            Self.lines(of: out, &analysis, number, .leaves) + Self.lines(of: into, &analysis, number, .enters)
        isCutShort = analysis.isCutShort
    }

    private static func lines(
        of trail: Trail, _ analysis: inout AccessAnalysis, _ number: Int, _ direction: Direction
    ) -> [Line] {
        let graph = analysis.graph
        var shown: Set<Line> = []
        return trail.stops.indices.compactMap { index -> Line? in
            let stop = trail.stops[index]
            guard stop.place.account != number, let passage = stop.passage, case .sharing = passage.kind else {
                return nil
            }
            var kinds: [AccessRoute.Kind] = []
            var steps: [AccessRoute.Step] = []
            for (passage, set) in moved(trail, index, direction) {
                guard let (kind, step) = graph.describe(passage, words(set)) else { continue }
                if kinds.last != kind { kinds.append(kind) }
                steps.append(step)
            }
            let roles = roles(graph, stop, direction)
            let others = direction == .enters ? others(&analysis, stop, besides: roles) : []
            return Line(
                direction: direction, account: graph.accounts[stop.place.account].name,
                here: words(here(trail, index)), there: words(stop.set), isExact: stop.isExact, kinds: kinds,
                steps: steps, roles: roles, others: others)
        }.filter { line in
            // By a service and by what comes through it: as told, the same.
            shown.insert(line).inserted
        }
    }

    /// Who has others publish at a stop.
    private static func others(
        _ analysis: inout AccessAnalysis, _ stop: Trail.Stop, besides known: [String]
    ) -> [Other] {
        let routes = analysis.routes(ofOthersTo: stop.place, stop.set)
        var others: [Other] = []
        for route in routes
        where !known.contains(route.who.role) && !others.contains(where: { $0.role == route.who.role }) {
            others.append(Other(role: route.who.role, kinds: route.kinds, isExact: route.isExact))
        }
        return others
    }

    /// The passages of a way in the order in which messages take them, each with what comes out of it.
    private static func moved(_ trail: Trail, _ index: Int, _ direction: Direction) -> [(Passage, SubjectSet)] {
        let way = trail.way(to: index)
        if direction == .leaves {
            return way.reversed().compactMap { stop in stop.passage.map { ($0, stop.set) } }
        }
        var set = trail.stops[index].set
        return way.compactMap { stop in
            guard let passage = stop.passage else { return nil }
            set = (try? passage.image(of: set).set) ?? .everything
            return (passage, set)
        }
    }

    /// What the set of a stop is at the trail's beginning.
    private static func here(_ trail: Trail, _ index: Int) -> SubjectSet {
        var set = trail.stops[index].set
        let isForward = trail.stops[index].passage?.to == trail.stops[index].place
        for stop in trail.way(to: index) {
            guard let passage = stop.passage else { continue }
            set = (try? isForward ? passage.preimage(of: set).set : passage.image(of: set).set) ?? .everything
        }
        return set
    }

    private static func roles(_ graph: AccessGraph, _ stop: Trail.Stop, _ direction: Direction) -> [String] {
        graph.accounts[stop.place.account].roles.filter { role in
            guard let bound = try? role.bound() else { return true }
            let set = direction == .leaves ? (try? bound.received()) ?? .everything : bound.publish
            return (try? set.overlaps(stop.set)) ?? true
        }.map(\.name)
    }

    private static func words(_ set: SubjectSet) -> String {
        guard let lines = try? set.lines() else { return "too much to be shown" }
        let text = lines.description.split(separator: "\n").joined(separator: "; ")
        return text.count <= 200 ? text : String(text.prefix(199)) + "…"
    }
}
