import Subjects

/// Looks at what holders reach in the middle of a change of several accounts, which are not changed at one moment.
///
/// Access is one holder's, as in the questions about it: what somebody may publish, whoever hears it, and what somebody
/// gets, whoever publishes it. So it is with answers: where one may have them come to, whoever gives them, and whose one
/// gets, whoever asks.
struct TransitionJudge {
    /// What is reached.
    enum Act: Sendable, Hashable {
        case publish, receive
        /// To have an answer come somewhere.
        case ask
        /// To get the answers that are given in some account.
        case hearAnswers
    }

    /// What a holder reaches in one account, by what it relies on.
    struct Reach {
        let holder: (account: Int, role: String)
        let act: Act
        let account: Int
        let parts: [(reliance: Reliance, set: SubjectSet)]
    }

    /// Something that a holder reaches and should not, or the other way round.
    struct Finding {
        let holder: (account: Int, role: String)
        let act: Act
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
    /// The same of answers. What both sides allow of them is not lost while nothing of that is lost: a request, who hears it,
    /// and where its answer is heard are access of their own, and the way back needs no more than the way there.
    private var answers: [Reach] = []

    init(_ graph: TransitionGraph) {
        self.graph = graph
        guard graph.has.going, graph.has.coming else { return }
        // Where sets get too large, nothing is known of them; they are as large at each end.
        let roles = graph.accounts.indices.map { (try? graph.roles(of: $0)) ?? [] }
        var search = TransitionAnswers(graph, roles)
        for number in graph.accounts.indices { try? look(at: number, roles[number], &search) }
        answers = search.reaches
    }

    private mutating func look(
        at number: Int, _ roles: [TransitionGraph.Role], _ answers: inout TransitionAnswers
    ) throws(SubjectsTooLarge) {
        let typed = AccessPlace(account: number, stage: .typed)
        let far = try TransitionTrail(
            graph, [(.init(place: typed, reliance: .nothing), .everything)], isForward: true)
        let own = AccessPlace.Stage.heard.map { AccessPlace(account: number, stage: $0) }
        let near = try TransitionTrail(
            graph, own.map { (.init(place: $0, reliance: .nothing), .everything) }, isForward: false)
        let areAnswersMixed = answers.couldBeMixed(far)
        for role in roles {
            let starts = areAnswersMixed || isWorthALook(far, role) ? try publishing(role, number) : []
            let published = try TransitionTrail(graph, starts, isForward: true)
            if isWorthALook(far, role) { note(published, role, .publish, number) }
            if areAnswersMixed { try answers.follow(role, number, published) }
            guard isWorthALook(near, role) else { continue }
            note(try TransitionTrail(graph, receiving(role, number), isForward: false), role, .receive, number)
        }
        try answers.overhear(number, roles)
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

    /// A message is permitted behind the mappings of its account.
    private func publishing(
        _ role: TransitionGraph.Role, _ number: Int
    ) throws(SubjectsTooLarge) -> [TransitionTrail.Start] {
        var starts: [TransitionTrail.Start] = []
        for right in role.rights {
            for way in graph.ways.from[AccessPlace(account: number, stage: .typed)] ?? [] {
                let routed = try way.move(.everything, isForward: true).intersection(right.publish)
                starts.append((.init(place: way.passage.to, reliance: right.reliance.union(way.reliance)), routed))
            }
        }
        return starts
    }

    private func receiving(_ role: TransitionGraph.Role, _ number: Int) -> [TransitionTrail.Start] {
        role.rights.flatMap { right in
            AccessPlace.Stage.heard.map { stage in
                let place = AccessPlace(account: number, stage: stage)
                return (.init(place: place, reliance: right.reliance), right.receive)
            }
        }
    }

    private mutating func note(_ trail: TransitionTrail, _ role: TransitionGraph.Role, _ act: Act, _ number: Int) {
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
        for reach in reaches + answers {
            let mixed = reach.parts.filter(\.reliance.isMixed)
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
    ///   - isSwitched: whether something of an account has changed.
    ///   - prompt: the accounts whose old imports go with the change.
    func gaps(_ isSwitched: (SwitchPart) -> Bool, prompt: Set<SwitchPart>) -> [Finding] {
        reaches.compactMap { reach in
            guard let ends = try? reach.ends(), let both = try? ends.old.intersection(ends.new),
                let now = try? reach.union(where: { $0.isThere(isSwitched, prompt: prompt) }),
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
