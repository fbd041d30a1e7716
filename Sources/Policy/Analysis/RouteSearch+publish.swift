import Subjects

// Who can put a message on a subject.

extension RouteSearch {
    mutating func publish() {
        let trail = Trail(graph, to: places(AccessPlace.Stage.heard), subjects)
        publish(trail)
        publishByOthers(trail)
    }

    /// Who has others put a message where a trail comes from.
    mutating func publishByOthers(_ trail: Trail) {
        for landing in landings(trail) {
            landed = landing
            publishByStream(to: landing)
            publishByReply(to: landing)
        }
        landed = nil
    }

    /// What follows behind the end of a trail.
    struct Ending {
        /// Nil where it cannot be shown.
        let performance: RoutePerformance?
        let steps: [AccessRoute.Step]
        /// The subject that the question is about.
        let subject: String
        /// What is published instead; nil for what was asked about.
        var typed: String?
        /// Whether it is known to come to that; otherwise it could not be ruled out.
        var isExact = true
    }

    /// Who publishes where a trail comes from, and what that leads to.
    struct Publishing {
        /// What comes after the trail.
        var kinds: [AccessRoute.Kind] = []
        /// Which roles count.
        var isAsked: (AccessAnalysis.RoleNumber) -> Bool = { _ in true }
        /// Which holders count.
        var isFit: (Holder) -> Bool = { _ in true }
        /// What follows, from what is published and what comes of it at the trail's end; nil where the route leads nowhere.
        var ending: (_ typed: String, _ at: String, _ holder: Holder) -> Ending?
    }

    /// Finds who may publish where a trail comes from.
    mutating func publish(_ trail: Trail, _ publishing: Publishing? = nil) {
        for (number, stop) in trail.stops.enumerated() {
            // A holder's message is permitted behind the mappings of its account: the stop before.
            guard stop.place.stage == .typed, let passage = stop.passage, let previous = stop.previous else { continue }
            let routed = trail.stops[previous]
            for role in roles(of: stop.place.account) where publishing?.isAsked(role) ?? true {
                guard analysis.goesOn() else { return }
                let fits = publishing?.isFit ?? { _ in true }
                guard let hit = hit(role, routed.set, fits, { $0.publish }) else { continue }
                guard let typed = try? passage.preimage(of: hit.set), let subject = witness(typed.set) else { continue }
                guard let route = publishRoute(hit, subject, trail.way(to: number), typed.set, publishing) else {
                    continue
                }
                add(route, of: role)
            }
        }
    }

    /// Places of the account that the question is about, or of another one.
    func places(_ stages: [AccessPlace.Stage], of number: Int? = nil) -> [AccessPlace] {
        stages.map { AccessPlace(account: number ?? account, stage: $0) }
    }

    func witness(_ set: SubjectSet) -> [UInt8]? { (try? set.witness()) ?? nil }

    private func publishRoute(
        _ hit: Hit, _ typed: [UInt8], _ way: [Trail.Stop], _ set: SubjectSet, _ publishing: Publishing?
    ) -> AccessRoute? {
        let text = String(decoding: typed, as: UTF8.self)
        let followed = follow(typed, way)
        // Behind the mappings of its account is where it is permitted.
        let routed = String(decoding: followed.first, as: UTF8.self)
        let place = hit.holder.role.position(.publish, routed, hit.holder.values)
        var steps = [AccessRoute.Step("\(hit.holder.role.name) publishes \(text)", place)] + followed.steps
        var isExact = hit.isExact && followed.isExact && hit.holder.sets.publish.contains(followed.first.span)
        let last = String(decoding: followed.subject, as: UTF8.self)
        var end = Ending(performance: .publish(typed: text), steps: [], subject: last)
        if let publishing {
            guard let other = publishing.ending(text, last, hit.holder) else { return nil }
            end = other
            isExact = isExact && end.isExact
            if let typed = other.typed, typed != text {
                steps[0] = AccessRoute.Step("\(hit.holder.role.name) publishes \(typed)", place)
            }
        }
        let kinds = followed.kinds + (publishing?.kinds ?? [])
        return AccessRoute(
            act: act, who: who(hit.holder), kinds: kinds.isEmpty ? [.direct] : kinds,
            account: graph.accounts[account].name, subject: end.subject, subjects: words(set), isExact: isExact,
            steps: steps + end.steps, performance: isExact ? end.performance : nil)
    }

    // MARK: By stream

    /// Whoever makes consumers or streams has messages sent to any subject that no stream of the account takes in. No mapping
    /// moves them.
    private mutating func publishByStream(to landing: Landing) {
        guard landing.place.stage == .routed else { return }
        let account = graph.accounts[landing.place.account]
        var free = landing.set
        for stream in account.streams { free = (try? free.subtracting(stream.subjects)) ?? free }
        guard account.hasJetStream, let target = witness(free) else { return }
        let delivered = String(decoding: target, as: UTF8.self)
        let (streams, onward) = (account.streams.map(\.declaration), follow(target, from: landing))
        for (number, door) in ((try? account.openDoors()) ?? []).enumerated() {
            let trail = requests(
                on: door.requests, named: "door \(number)", in: landing.place.account, [.routed, .served])
            let publishing = Publishing(
                kinds: [.stream] + onward.kinds, isFit: { door.fits($0) }
            ) { typed, request, holder in
                let published = typed == request ? holder.sets.publish : nil
                guard let chosen = door.choose(request, published) else { return nil }
                let sent = typed == request ? chosen.request : typed
                let step = AccessRoute.Step(
                    "JetStream of \(account.name) delivers to \(delivered)", door.stream?.position)
                let performance = StreamPerformance(
                    account: account.name, streams: streams, typed: sent, request: chosen.request,
                    kept: door.kept(chosen.kept), inbox: delivered, subscribed: "", queue: nil)
                return Ending(
                    performance: door.isShown ? .stream(performance) : nil,
                    steps: [step] + onward.steps, subject: String(decoding: onward.subject, as: UTF8.self), typed: sent,
                    isExact: onward.isExact)
            }
            publish(trail, publishing)
        }
    }

    func patterns(_ set: SubjectSet) -> [String] { ((try? set.leastPatterns()) ?? []).map(\.description) }
}

extension Passage {
    /// What becomes of one subject; nil where it does not go this way.
    func move(_ subject: [UInt8]) -> [UInt8]? {
        guard let transform else { return subject }
        if let image = transform.rename(subject.span) { return image }
        guard let pattern = try? Pattern(bytes: subject), let image = try? self.image(of: SubjectSet([pattern])) else {
            return nil
        }
        return (try? image.set.witness()) ?? nil
    }
}
