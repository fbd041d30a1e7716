import Subjects

/// Where answers get to in the middle of a change: whoever asks says where the answer is to come, whoever hears the request
/// sends it there, and from there it goes on like anything that is published.
///
/// A request that comes in through services is answered on a subject of the server's own: the answer goes back the way that
/// the request came, and is published in the account that asked. Any other is answered where it is heard.
///
/// A request and its answer are looked at in one moment. What was asked before a wave and is answered behind it goes back by
/// the way that it came by, and on from there by what is there by then.
struct TransitionAnswers {
    /// What servers have answers come to that go back through services.
    private static let waysBack = SubjectSet(["_R_.>"].compactMap { try? Pattern($0) })

    /// Where answers come to, by the account that whoever asks is in, its role, and the account.
    private struct Asking: Hashable {
        let account: Int
        let role: String
        let isFree: Bool
        let target: Int
    }

    /// Whose answers somebody hears, and where.
    private struct Hearing: Hashable {
        let account: Int
        let role: String
        let isFree: Bool
        let answering: Int
    }

    private typealias Parts = [Reliance: SubjectSet]

    private let graph: TransitionGraph
    private let roles: [[TransitionGraph.Role]]
    private let responders: [Responders]
    private var asked: [Asking: Parts] = [:]
    private var heard: [Hearing: Parts] = [:]
    /// Whether some role's answers do not go anywhere, so that servers differ.
    private let isOfTwoKinds: Bool

    init(_ graph: TransitionGraph, _ roles: [[TransitionGraph.Role]]) {
        (self.graph, self.roles) = (graph, roles)
        responders = roles.map { (try? Responders($0)) ?? Responders() }
        isOfTwoKinds = !graph.ownReplies.isEmpty
    }

    /// All that is reached, in an order that is always the same.
    var reaches: [TransitionJudge.Reach] {
        func parts(_ parts: Parts) -> [(reliance: Reliance, set: SubjectSet)] {
            parts.map { (reliance: $0.key, set: $0.value) }
        }
        return asked.map { key, value in
            TransitionJudge.Reach(
                holder: (key.account, key.role), act: .ask, account: key.target, parts: parts(value))
        }
            + heard.map { key, value in
                TransitionJudge.Reach(
                    holder: (key.account, key.role), act: .hearAnswers, account: key.answering, parts: parts(value))
            }
    }

    /// Whether what goes and what comes could both have to do with answers to requests that go this far.
    func couldBeMixed(_ far: TransitionTrail) -> Bool {
        // What comes through a stream is answered there, and goes on from there.
        if far.stops.keys.contains(where: { $0.place.stage == .imported }) { return true }
        var all = far.stops.keys.reduce(Reliance.nothing) { $0.union($1.reliance) }
        for number in Set(far.stops.keys.map(\.place.account)) {
            for role in roles[number] {
                for right in role.rights { all = all.union(right.reliance) }
                for aim in role.aims { all = all.union(aim.reliance) }
            }
        }
        return all.isMixed
    }

    // MARK: Requests

    /// Follows the answers to whatever a holder asks.
    ///
    /// - Parameter requests: where what it publishes gets to.
    mutating func follow(
        _ role: TransitionGraph.Role, _ number: Int, _ requests: TransitionTrail
    ) throws(SubjectsTooLarge) {
        try follow(role, role.freeAims, number, requests, isFree: true)
        if isOfTwoKinds { try follow(role, role.aims, number, requests, isFree: false) }
    }

    private mutating func follow(
        _ role: TransitionGraph.Role, _ aims: [TransitionGraph.Aim], _ number: Int, _ requests: TransitionTrail,
        isFree: Bool
    ) throws(SubjectsTooLarge) {
        var starts: [Int: [TransitionTrail.Start]] = [:]
        for (stop, set) in requests.stops where stop.place.stage.isHeard {
            starts[stop.place.account, default: []] += try answers(to: stop, set, number, aims)
        }
        for (answering, starts) in starts where !starts.isEmpty {
            let trail = try TransitionTrail(graph, starts, isForward: true)
            for (stop, set) in trail.stops where stop.place.stage.isHeard {
                let asking = Asking(account: number, role: role.name, isFree: isFree, target: stop.place.account)
                try asked[asking, default: [:]].add(stop.reliance, set)
                try hear(stop, set, from: answering, isFree)
            }
        }
    }

    /// What is published in answer to requests that are heard at a stop.
    private func answers(
        to stop: TransitionTrail.Stop, _ set: SubjectSet, _ number: Int, _ aims: [TransitionGraph.Aim]
    ) throws(SubjectsTooLarge) -> [TransitionTrail.Start] {
        let responders = responders[stop.place.account]
        var starts: [TransitionTrail.Start] = []
        for aim in aims where try !aim.subjects.isEmpty() {
            let reliance = stop.reliance.union(aim.reliance)
            if stop.place.stage == .served {
                let place = AccessPlace(account: number, stage: .served)
                for (other, requests) in responders.far where try requests.overlaps(set) {
                    starts.append((.init(place: place, reliance: reliance.union(other)), aim.subjects))
                }
            } else {
                for way in graph.ways.from[AccessPlace(account: stop.place.account, stage: .typed)] ?? [] {
                    let routed = try way.move(aim.subjects, isForward: true)
                    for responder in responders.near where try responder.requests.overlaps(set) {
                        // Leave to answer is leave to publish what the request names.
                        let published = try routed.intersection(responder.published ?? aim.subjects)
                        let other = responder.reliance.union(way.reliance)
                        starts.append((.init(place: way.passage.to, reliance: reliance.union(other)), published))
                    }
                }
            }
        }
        return starts
    }

    private mutating func hear(
        _ stop: TransitionTrail.Stop, _ set: SubjectSet, from answering: Int, _ isFree: Bool
    ) throws(SubjectsTooLarge) {
        for role in roles[stop.place.account] {
            for right in role.rights {
                let reliance = stop.reliance.union(right.reliance)
                guard reliance.isPossible else { continue }
                let hearing = Hearing(
                    account: stop.place.account, role: role.name, isFree: isFree, answering: answering)
                try heard[hearing, default: [:]].add(reliance, set.intersection(right.receive))
            }
        }
    }

    // MARK: Ways back

    /// Follows the requests that go through an account, for those in it who hear the servers' own subjects: answers that go
    /// back through several services come by there.
    mutating func overhear(_ number: Int, _ roles: [TransitionGraph.Role]) throws(SubjectsTooLarge) {
        var listeners: [TransitionGraph.Role] = []
        for role in roles {
            for right in role.rights where try right.receive.overlaps(Self.waysBack) {
                listeners.append(role)
                break
            }
        }
        guard !listeners.isEmpty else { return }
        let asked = AccessPlace(account: number, stage: .asked)
        let trail = try TransitionTrail(
            graph, [(.init(place: asked, reliance: .nothing), .everything)], isForward: true)
        for (stop, set) in trail.stops where stop.place.stage == .served && stop.place.account != number {
            for (other, requests) in responders[stop.place.account].far where try requests.overlaps(set) {
                let reliance = stop.reliance.union(other)
                let back = TransitionTrail.Stop(place: AccessPlace(account: number, stage: .served), reliance: reliance)
                try hear(back, Self.waysBack, from: stop.place.account, true)
            }
        }
    }

    // MARK: Responders

    /// Who answers in an account.
    private struct Responders {
        /// What is heard by those who may answer what came through services, by what that relies on.
        private(set) var far: [Reliance: SubjectSet] = [:]
        /// What is heard, and what those who hear it may publish; nil for wherever the answer is to come.
        private(set) var near: [(reliance: Reliance, requests: SubjectSet, published: SubjectSet?)] = []

        init() {}

        init(_ roles: [TransitionGraph.Role]) throws(SubjectsTooLarge) {
            for role in roles {
                for right in role.rights where try !right.receive.isEmpty() {
                    if let responding = role.responding { try add(right, responding, published: nil) }
                    for other in role.rights where try !other.publish.isEmpty() {
                        try add(right, other.reliance, published: other.publish)
                    }
                }
            }
        }

        private mutating func add(
            _ right: TransitionGraph.Right, _ answering: Reliance, published: SubjectSet?
        ) throws(SubjectsTooLarge) {
            let reliance = right.reliance.union(answering)
            guard reliance.isPossible else { return }
            near.append((reliance, right.receive, published))
            guard try published?.overlaps(TransitionAnswers.waysBack) ?? true else { return }
            try far.add(reliance, right.receive)
        }
    }
}

extension [Reliance: SubjectSet] {
    /// Adds subjects to those that rely on the same.
    fileprivate mutating func add(_ reliance: Reliance, _ set: SubjectSet) throws(SubjectsTooLarge) {
        guard try !set.isEmpty() else { return }
        self[reliance] = try self[reliance]?.union(set) ?? set
    }
}
