import Subjects

// Whoever asks says where the answer goes: a responder's message comes to any subject that the one who asks names, and goes on
// from there.

extension RouteSearch {
    /// What servers have answers come to that go back through services.
    private static let waysBack = SubjectSet(["_R_.>"].compactMap { try? Pattern($0) })

    /// Somebody who answers, and what it is asked on.
    private struct Responder {
        let role: AccessAnalysis.RoleNumber
        /// What it hears.
        let requests: SubjectSet
        /// Whether its answers go anywhere; otherwise only where it may publish.
        let isFree: Bool
    }

    /// With `replies: own` a message names only what its sender may itself subscribe to. Other engines do not look.
    ///
    /// A request that came through services is answered in the account of whoever asked, behind its mappings. Any other is
    /// answered where it is heard, like anything that is published there.
    mutating func publishByReply(to landing: Landing) {
        guard canAnybodyAim(at: landing) else { return }
        let number = landing.place.account
        switch landing.place.stage {
        case .typed:
            for responder in responders(of: number, to: landing) {
                aim(responder, at: landing, heard: [.routed, .served]) { $0.account == number }
                // A message that comes in through a stream is answered in this account too.
                aim(responder, at: landing, heard: [.imported]) { $0.account != number }
            }
        case .served:
            publishByAnswerOfAPI(of: number, to: landing)
            for other in reachedByRequests(from: number) where other != number {
                for responder in responders(of: other, to: landing) {
                    aim(responder, at: landing, heard: [.served]) { $0.account == number }
                }
                publishByAnswerOfAPI(of: other, to: landing)
                publishByAnswerOfStreams(in: other, to: landing)
            }
        case .routed: publishByAnswerOfStreams(in: number, to: landing)
        case .asked, .imported: break
        }
    }

    // MARK: JetStream

    /// What JetStream gives out to whoever asks, without making anything.
    private static let given = SubjectSet(
        ["$JS.API.CONSUMER.MSG.NEXT.>", "$JS.API.DIRECT.GET.>", "$JS.ACK.>"].compactMap { try? Pattern($0) })

    /// The API of JetStream answers like a service that is imported.
    private mutating func publishByAnswerOfAPI(of number: Int, to landing: Landing) {
        guard let api = try? Pattern("$JS.API.>"), let subjects = try? SubjectSet([api]).subtracting(Self.given) else {
            return
        }
        publishByAnswer(on: subjects, named: "API", of: number, to: landing)
    }

    /// A stream says in its account that it has taken something in, and gives out there what somebody asks it for.
    private mutating func publishByAnswerOfStreams(in number: Int, to landing: Landing) {
        let account = graph.accounts[number]
        guard account.hasJetStream else { return }
        let kept = account.streams.reduce(into: SubjectSet.nothing) { $0 = (try? $0.union($1.subjects)) ?? .everything }
        publishByAnswer(on: kept, named: "streams", of: number, to: landing)
        let doors = (try? account.doors(to: .everything)) ?? []
        for (index, door) in doors.enumerated() where !door.isOpen {
            guard let subjects = try? door.requests.intersection(Self.given), (try? subjects.isEmpty()) == false else {
                continue
            }
            let trail = requests(on: subjects, named: "given \(index)", in: number, [.routed, .served])
            publish(trail, givingOut(door, of: account, to: landing))
        }
    }

    /// What somebody asks a stream for comes to where the answer is to go.
    private func givingOut(_ door: StreamDoor, of account: AccessGraph.Account, to landing: Landing) -> Publishing {
        let asking = landing.place.account
        let streams = account.streams.map(\.declaration)
        return Publishing(
            kinds: [.reply] + onwardKinds(landing), isAsked: { $0.account == asking },
            isFit: { target(of: $0, nil, at: landing) != nil }
        ) { typed, request, holder in
            let published = typed == request ? holder.sets.publish : nil
            guard let target = target(of: holder, nil, at: landing), let chosen = door.choose(request, published) else {
                return nil
            }
            let sent = typed == request ? chosen.request : typed
            var ending = ending(
                "JetStream of \(account.name)", door.stream?.position, at: target, landing,
                .stream(
                    .init(
                        account: account.name, streams: streams, typed: sent, request: chosen.request,
                        kept: chosen.kept, inbox: target, subscribed: "", queue: nil)))
            ending.typed = sent
            return ending
        }
    }

    private mutating func publishByAnswer(
        on subjects: SubjectSet, named name: String, of number: Int, to landing: Landing
    ) {
        let account = graph.accounts[number]
        guard account.hasJetStream else { return }
        let trail = requests(on: subjects, named: name, in: number, [.routed, .served])
        let (search, asking) = (self, landing.place.account)
        let publishing = Publishing(
            kinds: [.reply] + onwardKinds(landing), isAsked: { $0.account == asking },
            isFit: { search.target(of: $0, nil, at: landing) != nil }
        ) { typed, _, holder in
            guard let target = search.target(of: holder, nil, at: landing) else { return nil }
            let streams = account.streams.map(\.declaration)
            return search.ending(
                "JetStream of \(account.name)", nil, at: target, landing,
                .answer(typed: typed, answered: target, account: account.name, streams: streams))
        }
        publish(trail, publishing)
    }

    private func onwardKinds(_ landing: Landing) -> [AccessRoute.Kind] {
        witness(landing.set).map { follow($0, from: landing).kinds } ?? []
    }

    /// What comes of an answer on a subject.
    private func ending(
        _ name: String, _ position: PolicyPosition?, at target: String, _ landing: Landing,
        _ performance: RoutePerformance?
    ) -> Ending {
        let onward = follow(Array(target.utf8), from: landing)
        return Ending(
            performance: performance, steps: [.init("\(name) answers to \(target)", position)] + onward.steps,
            subject: String(decoding: onward.subject, as: UTF8.self), isExact: onward.isExact)
    }

    // MARK: Where answers may go

    /// A subject that somebody may have answers come to.
    ///
    /// - Parameter published: what the one who answers may publish, where that counts.
    private func target(of holder: Holder, _ published: SubjectSet?, at landing: Landing) -> String? {
        guard holder.coverage != .atMost else {
            return witness(landing.set).map { String(decoding: $0, as: UTF8.self) }
        }
        guard var set = try? targets(holder.role, holder.sets, landing) else { return nil }
        if let published { set = (try? set.intersection(published)) ?? .nothing }
        return witness(set).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What somebody may name for an answer.
    private func targets(
        _ role: AccessGraph.Role, _ sets: HolderSets, _ landing: Landing
    ) throws(SubjectsTooLarge) -> SubjectSet {
        guard role.replies == .own, analysis.engine != .natsServer else { return landing.set }
        return try sets.subscribe.intersection(landing.set)
    }

    private mutating func canAnybodyAim(at landing: Landing) -> Bool {
        let account = landing.place.account
        // What comes in through a stream is answered where it is heard.
        let exporters = landing.place.stage == .typed ? graph.accounts[account].imports : []
        for number in Set([account] + exporters.map { graph.sharings[$0].exporter }) {
            for role in roles(of: number) {
                guard let bound = analysis.bound(role), let set = try? targets(self.role(role), bound, landing),
                    (try? set.isEmpty()) == true
                else { return true }
            }
        }
        return false
    }

    /// An account, and those whose services it asks, and so on.
    private func reachedByRequests(from number: Int) -> [Int] {
        var result = [number]
        var next = 0
        while next < result.count {
            for number in graph.accounts[result[next]].imports where graph.sharings[number].kind == .service {
                let exporter = graph.sharings[number].exporter
                if !result.contains(exporter) { result.append(exporter) }
            }
            next += 1
        }
        return result
    }

    // MARK: Who answers

    private mutating func responders(of number: Int, to landing: Landing) -> [Responder] {
        // From another account the way back is the server's.
        let answered = landing.place.stage == .served ? Self.waysBack : routed(landing)
        return graph.accounts[number].roles.indices.compactMap { index in
            let role = AccessAnalysis.RoleNumber(account: number, role: index)
            guard let bound = analysis.bound(role), let requests = try? bound.received(),
                (try? requests.isEmpty()) != true
            else { return nil }
            // With leave to answer, wherever that goes.
            if bound.mayRespond { return Responder(role: role, requests: requests, isFree: true) }
            guard (try? bound.publish.overlaps(answered)) != false else { return nil }
            return Responder(role: role, requests: requests, isFree: landing.place.stage == .served)
        }
    }

    /// What a landing's subjects are behind the mappings of its account, where permissions are on.
    private func routed(_ landing: Landing) -> SubjectSet {
        guard let passage = landing.way.first?.passage else { return landing.set }
        return (try? passage.image(of: landing.set).set) ?? .everything
    }

    /// Finds who may ask a responder, and have the answer come in where it goes on to the question's subjects.
    private mutating func aim(
        _ responder: Responder, at landing: Landing, heard stages: [AccessPlace.Stage],
        where isAsked: @escaping (AccessAnalysis.RoleNumber) -> Bool
    ) {
        let number = responder.role.account
        guard let answering = hit(anybody: responder.role) else { return }
        let trail = requests(on: responder.requests, named: "\(responder.role.role)", in: number, stages)
        let (search, name) = (self, graph.accounts[number].name)
        let published = responder.isFree ? nil : answered(by: answering, landing)
        let publishing = Publishing(
            kinds: [.reply] + onwardKinds(landing), isAsked: isAsked,
            isFit: { search.target(of: $0, published, at: landing) != nil }
        ) { typed, request, holder in
            guard let target = search.target(of: holder, published, at: landing) else { return nil }
            let role = answering.role
            let heard = Self.listening(answering.sets, request)
            let place =
                published == nil
                ? role.position(.receive, request, answering.values, group: heard?.queue)
                : role.position(.publish, target, answering.values)
            let performance = heard.map { heard in
                RoutePerformance.reply(
                    typed: typed, answered: target, request: heard.subscribed, responder: search.who(answering),
                    queue: heard.queue)
            }
            return search.ending("\(role.name) of \(name)", place, at: target, landing, performance)
        }
        publish(trail, publishing)
    }

    /// What somebody may answer on, before the mappings of the account.
    private func answered(by holder: Holder, _ landing: Landing) -> SubjectSet {
        guard let passage = landing.way.first?.passage else { return holder.sets.publish }
        return (try? passage.preimage(of: holder.sets.publish).set) ?? .everything
    }

    private func hit(anybody number: AccessAnalysis.RoleNumber) -> Holder? {
        let role = role(number)
        let accountName = graph.accounts[number.account].name
        guard let combinations = role.combinations(named: [], accountName: accountName), let first = combinations.first
        else { return nil }
        return (try? role.holder(first.0, first.1)) ?? nil
    }

    /// The subscription by which somebody hears a request, and its group; nil if it does not.
    private static func listening(_ sets: HolderSets, _ request: String) -> (subscribed: String, queue: String?)? {
        let bytes = Array(request.utf8)
        if sets.subscribe.contains(bytes.span) { return (sets.carrier(of: request, nil), nil) }
        return sets.groups.first { $0.subjects.contains(bytes.span) }
            .map { (sets.carrier(of: request, $0.name), $0.name) }
    }
}
