import Subjects

/// Looks at what holders reach in the middle of a change of several accounts, which are not changed at one moment.
struct TransitionJudge {
    /// What a holder reaches in one account, by what it relies on.
    struct Reach {
        let holder: (account: Int, role: String)
        let act: AccessRoute.Act
        let account: Int
        let parts: [(reliance: Reliance, set: SubjectSet)]
    }

    /// Something that a holder reaches and should not, or the other way round.
    struct Finding {
        let holder: (account: Int, role: String)
        let act: AccessRoute.Act
        /// The account that it is reached in.
        let account: Int
        /// One of the subjects.
        let subject: String
        let reliance: Reliance
    }

    private let graph: TransitionGraph
    /// All that is reached by a way that both something that goes and something that comes has to do with, or that is there
    /// before and after by different ones.
    private var reaches: [Reach] = []

    init(_ graph: TransitionGraph) {
        self.graph = graph
        guard graph.has.going, graph.has.coming else { return }
        for number in graph.accounts.indices {
            // Where sets get too large, nothing is known of them; they are as large at each end.
            try? look(at: number)
        }
    }

    private mutating func look(at number: Int) throws(SubjectsTooLarge) {
        let typed = AccessPlace(account: number, stage: .typed)
        let far = try TransitionTrail(
            graph, [(.init(place: typed, reliance: .nothing), .everything)], isForward: true)
        let own = AccessPlace.Stage.heard.map { AccessPlace(account: number, stage: $0) }
        let near = try TransitionTrail(
            graph, own.map { (.init(place: $0, reliance: .nothing), .everything) }, isForward: false)
        for role in try graph.roles(of: number) {
            for act in [AccessRoute.Act.publish, .receive] {
                let trail = act == .publish ? far : near
                guard isWorthALook(trail, role) else { continue }
                try add(role, act, number)
            }
        }
    }

    /// Whether something that comes can have to do with something that goes at all.
    private func isWorthALook(_ trail: TransitionTrail, _ role: TransitionGraph.Role) -> Bool {
        let reliances = Set(trail.stops.keys.map(\.reliance))
        return role.rights.contains { right in
            reliances.contains { reliance in
                let both = reliance.union(right.reliance)
                return !both.isOfOld || !both.isOfNew
            }
        }
    }

    private mutating func add(
        _ role: TransitionGraph.Role, _ act: AccessRoute.Act, _ number: Int
    ) throws(SubjectsTooLarge) {
        var starts: [(stop: TransitionTrail.Stop, set: SubjectSet)] = []
        for right in role.rights {
            if act == .publish {
                // A message is permitted behind the mappings of its account.
                for way in graph.ways.from[AccessPlace(account: number, stage: .typed)] ?? [] {
                    let routed = try way.move(.everything, isForward: true).intersection(right.publish)
                    starts.append(
                        (.init(place: way.passage.to, reliance: right.reliance.union(way.reliance)), routed))
                }
            } else {
                for stage in AccessPlace.Stage.heard {
                    let place = AccessPlace(account: number, stage: stage)
                    starts.append((.init(place: place, reliance: right.reliance), right.receive))
                }
            }
        }
        let trail = try TransitionTrail(graph, starts, isForward: act == .publish)
        // What is published counts where it arrives, and what is received where it was published.
        let counting = trail.stops.filter { stop, _ in
            act == .publish ? stop.place.stage.isHeard : AccessPlace.Stage.published.contains(stop.place.stage)
        }
        // There it is one thing what somebody publishes, and another what a mapping makes of it.
        let groups = Dictionary(grouping: counting) { stop, _ in
            AccessPlace(
                account: stop.place.account, stage: act == .publish || stop.place.stage.isHeard ? .routed : .typed)
        }
        for (place, stops) in groups {
            let parts = stops.map { (reliance: $0.key.reliance, set: $0.value) }
            guard parts.contains(where: { !$0.reliance.isOfOld || !$0.reliance.isOfNew }) else { continue }
            reaches.append(Reach(holder: (number, role.name), act: act, account: place.account, parts: parts))
        }
    }

    // MARK: Findings

    /// What could be reached for a while that neither side lets anybody reach, each with what the way relies on.
    func mixtures() -> [Finding] {
        var findings: [Finding] = []
        var seen: Set<Reliance> = []
        for reach in reaches {
            let mixed = reach.parts.filter { !$0.reliance.isOfOld && !$0.reliance.isOfNew }
            guard !mixed.isEmpty, let ends = try? reach.ends() else { continue }
            for part in mixed where !seen.contains(part.reliance) {
                guard let rest = try? part.set.subtracting(ends.old).subtracting(ends.new),
                    let subject = (try? rest.witness()) ?? nil
                else { continue }
                seen.insert(part.reliance)
                findings.append(reach.finding(subject, part.reliance))
            }
        }
        return findings
    }

    /// What cannot be reached at a moment although both sides let a holder reach it.
    ///
    /// - Parameters:
    ///   - switched: the accounts that have changed.
    ///   - prompt: those whose old imports go with the change.
    func gaps(_ switched: Set<Int>, prompt: Set<Int>) -> [Finding] {
        reaches.compactMap { reach in
            guard let ends = try? reach.ends(), let both = try? ends.old.intersection(ends.new),
                let now = try? reach.union(where: { $0.isThere(switched, prompt: prompt) }),
                let missing = try? both.subtracting(now), let subject = (try? missing.witness()) ?? nil
            else { return nil }
            return reach.finding(subject, .nothing)
        }
    }
}

extension TransitionJudge.Reach {
    fileprivate func union(where isMeant: (Reliance) -> Bool) throws(SubjectsTooLarge) -> SubjectSet {
        var result = SubjectSet.nothing
        for part in parts where isMeant(part.reliance) { result = try result.union(part.set) }
        return result
    }

    fileprivate func ends() throws(SubjectsTooLarge) -> (old: SubjectSet, new: SubjectSet) {
        (try union { $0.isOfOld }, try union { $0.isOfNew })
    }

    fileprivate func finding(_ subject: [UInt8], _ reliance: Reliance) -> TransitionJudge.Finding {
        TransitionJudge.Finding(
            holder: holder, act: act, account: account, subject: String(decoding: subject, as: UTF8.self),
            reliance: reliance)
    }
}
