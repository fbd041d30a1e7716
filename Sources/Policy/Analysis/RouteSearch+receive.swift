import Subjects

// Who gets what is published on a subject.

extension RouteSearch {
    /// What is published, and what a mapping makes of what is published: both are messages on the subject.
    mutating func receive() {
        let trail = Trail(graph, from: places(AccessPlace.Stage.published).map { ($0, published(at: $0)) })
        for (number, stop) in trail.stops.enumerated() where stop.place.stage.isHeard {
            for role in roles(of: stop.place.account) where analysis.goesOn() { receive(role, trail, number) }
            receiveByStream(trail, number)
        }
    }

    /// The question's subjects that there are messages on: what clients publish and mappings always move is not among those behind
    /// the mappings, unless it comes there without them - from a stream, or as the answer of a service.
    private func published(at place: AccessPlace) -> SubjectSet {
        let isUnmapped: Bool
        switch place.stage {
        case .routed: isUnmapped = graph.accounts[place.account].hasJetStream
        case .served:
            isUnmapped = graph.accounts[place.account].imports.contains { graph.sharings[$0].kind == .service }
        default: return subjects
        }
        guard !isUnmapped else { return subjects }
        var result = SubjectSet.nothing
        for passage in graph.passages(to: place) {
            guard let made = try? passage.image(of: .everything).set.intersection(subjects),
                let union = try? result.union(made)
            else { return subjects }
            result = union
        }
        return result
    }

    private mutating func receive(_ role: AccessAnalysis.RoleNumber, _ trail: Trail, _ number: Int) {
        let stop = trail.stops[number]
        if let hit = hit(role, stop.set, { _ in true }, { $0.subscribe }),
            let route = receiveRoute(hit, trail, number, queue: nil)
        {
            add(route, of: role)
        }
        // In a group it gets what it does not get otherwise, or takes it from others.
        guard let hit = hit(role, stop.set, { _ in true }, { (sets) throws(SubjectsTooLarge) in try sets.grouped() })
        else { return }
        let group = hit.holder.sets.groups.first { (try? $0.subjects.overlaps(hit.set)) == true }
        guard let group else {
            if !hit.isExact, let route = receiveRoute(hit, trail, number, queue: "") { add(route, of: role) }
            return
        }
        let part = (try? group.subjects.intersection(hit.set)) ?? hit.set
        let own = Hit(holder: hit.holder, set: part, isExact: hit.isExact)
        if let route = receiveRoute(own, trail, number, queue: group.name) { add(route, of: role) }
    }

    private func receiveRoute(_ hit: Hit, _ trail: Trail, _ number: Int, queue: String?) -> AccessRoute? {
        guard let subject = witness(hit.set) else { return nil }
        let text = String(decoding: subject, as: UTF8.self)
        let found = way(back: subject, trail, number)
        let carrier = hit.isExact ? hit.holder.sets.carrier(of: text, queue) : text
        let end = AccessRoute.Step(
            "\(hit.holder.role.name) receives \(text)" + (queue.map { " in the group \($0)" } ?? "")
                + (carrier == text ? "" : ", subscribed to \(carrier)"),
            hit.holder.role.position(.receive, text, hit.holder.values, group: queue))
        let kinds = found.kinds + (queue == nil ? [] : [.group])
        let isExact = hit.isExact && found.isExact
        return AccessRoute(
            act: act, who: who(hit.holder), kinds: kinds.isEmpty ? [.direct] : kinds,
            account: graph.accounts[account].name, subject: String(decoding: found.origin, as: UTF8.self),
            subjects: words(hit.set), isExact: isExact, steps: found.steps + [end],
            performance: isExact ? .receive(subscribed: carrier, queue: queue) : nil)
    }

    struct WayBack {
        var origin: [UInt8]
        var isExact = true
        var kinds: [AccessRoute.Kind] = []
        var steps: [AccessRoute.Step] = []
    }

    /// How a subject got to a stop of a trail: from which one, and by what.
    func way(back subject: [UInt8], _ trail: Trail, _ number: Int) -> WayBack {
        var result = WayBack(origin: subject)
        var moved: [(Passage, String)] = []
        for stop in trail.way(to: number) {
            guard let passage = stop.passage, let previous = stop.previous else { continue }
            moved.append((passage, String(decoding: result.origin, as: UTF8.self)))
            guard let pattern = try? Pattern(bytes: result.origin),
                let back = try? passage.preimage(of: SubjectSet([pattern])).set.intersection(trail.stops[previous].set),
                let origin = witness(back)
            else {
                result.isExact = false
                continue
            }
            // Of what functions make, the witness may not be what comes out of it.
            if passage.move(origin) != result.origin { result.isExact = false }
            result.origin = origin
        }
        result.steps = [
            AccessRoute.Step(
                "\(String(decoding: result.origin, as: UTF8.self)) is published in \(graph.accounts[account].name)", nil
            )
        ]
        for (passage, text) in moved.reversed() {
            guard let (kind, step) = graph.describe(passage, text) else { continue }
            if result.kinds.last != kind { result.kinds.append(kind) }
            result.steps.append(step)
        }
        if !subjects.contains(result.origin.span) { result.isExact = false }
        return result
    }

    // MARK: By stream

    private mutating func receiveByStream(_ trail: Trail, _ number: Int) {
        let stop = trail.stops[number]
        let account = graph.accounts[stop.place.account]
        guard let doors = try? account.doors(to: stop.set), !doors.isEmpty else { return }
        let streams = account.streams.map(\.declaration)
        for door in doors {
            guard let first = witness(door.gives) else { continue }
            let requests = Trail(graph, to: places([.routed, .served], of: stop.place.account), door.requests)
            let isHearing = hearing(requests)
            let search = self
            let publishing = Publishing(
                kinds: way(back: first, trail, number).kinds + [.stream], isAsked: { isHearing.contains($0) },
                isFit: { (search.inbox(of: $0) != nil && door.fits($0)) || $0.coverage == .atMost }
            ) { typed, request, holder in
                let published = typed == request ? holder.sets.publish : nil
                guard let chosen = door.choose(request, published) else { return nil }
                let before = search.way(back: Array(chosen.kept.utf8), trail, number)
                let inbox = search.inbox(of: holder)
                let sent = typed == request ? chosen.request : typed
                let step = AccessRoute.Step(
                    "JetStream of \(account.name) gives out \(chosen.kept) by \(door.text)", door.stream?.position)
                let performance = StreamPerformance(
                    account: account.name, streams: streams, typed: sent, request: chosen.request, kept: chosen.kept,
                    inbox: inbox?.subject ?? "", subscribed: inbox?.subscribed ?? "", queue: inbox?.queue)
                var ending = Ending(
                    performance: door.isShown ? .stream(performance) : nil,
                    steps: before.steps + [step], subject: String(decoding: before.origin, as: UTF8.self))
                ending.typed = sent
                return ending
            }
            publish(requests, publishing)
            receiveBySource(door, requests, from: trail, number)
        }
    }

    /// Whoever makes a stream has it copy others, also what its account may ask of another account's JetStream and hears of it
    /// through an imported stream: JetStream asks in the account's name, whatever the role may publish.
    private mutating func receiveBySource(_ door: StreamDoor, _ requests: Trail, from trail: Trail, _ number: Int) {
        let holding = trail.stops[number].place.account
        guard door.isOpen, let first = witness(door.gives) else { return }
        let before = way(back: first, trail, number)
        for stop in requests.stops.indices {
            let place = requests.stops[stop].place
            guard place.stage == .routed, place.account != holding, hears(place.account, of: holding),
                let asked = witness(requests.stops[stop].set)
            else { continue }
            let (sourcing, given) = (graph.accounts[place.account].name, graph.accounts[holding].name)
            let steps =
                [
                    AccessRoute.Step(
                        "JetStream of \(sourcing) asks for it on \(String(decoding: asked, as: UTF8.self))", nil)
                ]
                + follow(asked, requests.way(to: stop)).steps
                + [.init("JetStream of \(given) gives it to that stream by \(door.text)", door.stream?.position)]
            for (index, maker) in graph.accounts[place.account].makers.enumerated() {
                let making = self.requests(
                    on: maker.requests, named: "maker \(index)", in: place.account, [.routed, .served])
                let publishing = Publishing(
                    kinds: before.kinds + [.stream, .import], isFit: { maker.fits($0) }
                ) { _, _, _ in
                    Ending(
                        performance: nil, steps: before.steps + steps,
                        subject: String(decoding: before.origin, as: UTF8.self))
                }
                publish(making, publishing)
            }
        }
    }

    /// Whether an account imports a stream of another one.
    private func hears(_ importer: Int, of exporter: Int) -> Bool {
        graph.accounts[importer].hasJetStream
            && graph.accounts[importer].imports.contains {
                graph.sharings[$0].kind == .stream && graph.sharings[$0].exporter == exporter
            }
    }

    /// A subject that somebody hears, by which subscription, and in which group if not without one.
    private func inbox(of holder: Holder) -> (subject: String, subscribed: String, queue: String?)? {
        let sets = holder.sets
        for (set, queue) in [(sets.subscribe, nil)] + sets.groups.map({ ($0.subjects, String?.some($0.name)) }) {
            guard let subject = witness(set).map({ String(decoding: $0, as: UTF8.self) }) else { continue }
            return (subject, sets.carrier(of: subject, queue), queue)
        }
        return nil
    }

    /// The roles on a trail that may hear anything: what comes out of a stream has to come to a subscription.
    private mutating func hearing(_ trail: Trail) -> Set<AccessAnalysis.RoleNumber> {
        var result: Set<AccessAnalysis.RoleNumber> = []
        for number in Set(trail.stops.map(\.place.account)) {
            for role in roles(of: number) {
                guard let bound = analysis.bound(role), let set = try? bound.received(), (try? set.isEmpty()) == true
                else {
                    result.insert(role)
                    continue
                }
            }
        }
        return result
    }
}

extension HolderSets {
    /// What is delivered in groups.
    func grouped() throws(SubjectsTooLarge) -> SubjectSet {
        var result = SubjectSet.nothing
        for group in groups { result = try result.union(group.subjects) }
        return result
    }
}
