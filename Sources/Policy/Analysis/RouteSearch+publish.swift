import Subjects

// Who can put a message on a subject.

extension RouteSearch {
    mutating func publish() {
        publish(Trail(graph, to: places(AccessPlace.Stage.heard), subjects))
        publishByStream()
        publishByReply()
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
        // Behind the mappings of its account is where it is permitted.
        let routed = way.first?.passage?.move(typed).map { String(decoding: $0, as: UTF8.self) } ?? text
        let place = hit.holder.role.position(.publish, routed, hit.holder.values)
        var steps = [AccessRoute.Step("\(hit.holder.role.name) publishes \(text)", place)]
        var found: [AccessRoute.Kind] = []
        var subject = typed
        // What a set is only an upper bound of may still hold for the one subject that is shown.
        var isExact = hit.isExact
        for (number, stop) in way.enumerated() {
            guard let passage = stop.passage else { continue }
            if let moved = passage.move(subject) { subject = moved } else { isExact = false }
            if number == 0, !hit.holder.sets.publish.contains(subject.span) { isExact = false }
            guard let (kind, step) = graph.describe(passage, String(decoding: subject, as: UTF8.self)) else { continue }
            if found.last != kind { found.append(kind) }
            steps.append(step)
        }
        if let end = way.last, !end.set.contains(subject.span) { isExact = false }
        let last = String(decoding: subject, as: UTF8.self)
        var end = Ending(performance: .publish(typed: text), steps: [], subject: last)
        if let publishing {
            guard let other = publishing.ending(text, last, hit.holder) else { return nil }
            end = other
            if let typed = other.typed, typed != text {
                steps[0] = AccessRoute.Step("\(hit.holder.role.name) publishes \(typed)", place)
            }
        }
        let kinds = found + (publishing?.kinds ?? [])
        return AccessRoute(
            act: act, who: who(hit.holder), kinds: kinds.isEmpty ? [.direct] : kinds,
            account: graph.accounts[account].name, subject: end.subject, subjects: words(set), isExact: isExact,
            steps: steps + end.steps, performance: isExact ? end.performance : nil)
    }

    // MARK: By stream

    /// Whoever makes consumers or streams has messages sent to any subject that no stream of the account takes in.
    private mutating func publishByStream() {
        let account = graph.accounts[account]
        var free = subjects
        for stream in account.streams { free = (try? free.subtracting(stream.subjects)) ?? free }
        guard let delivered = witness(free).map({ String(decoding: $0, as: UTF8.self) }) else { return }
        let streams = account.streams.map(\.declaration)
        for door in (try? account.openDoors()) ?? [] {
            let trail = Trail(graph, to: places([.routed, .served]), door.requests)
            let publishing = Publishing(
                kinds: [.stream], isFit: { door.fits($0) }
            ) { typed, request, holder in
                let published = typed == request ? holder.sets.publish : nil
                guard let chosen = door.choose(request, published) else { return nil }
                let sent = typed == request ? chosen.request : typed
                var ending = Ending(
                    performance: .stream(
                        .init(
                            account: account.name, streams: streams, typed: sent, request: chosen.request,
                            kept: door.kept(chosen.kept), inbox: "", subscribed: "", queue: nil)),
                    steps: [.init("JetStream of \(account.name) delivers to \(delivered)", door.stream?.position)],
                    subject: delivered)
                ending.typed = sent
                return ending
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
