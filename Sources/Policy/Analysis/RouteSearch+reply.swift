import Subjects

// Whoever asks says where the answer goes: a responder's message comes to any subject that the one who asks names.

extension RouteSearch {
    /// Somebody who answers, and what it is asked on.
    private struct Responder {
        let role: AccessAnalysis.RoleNumber
        /// What it hears.
        let requests: SubjectSet
        /// Whether its answers go anywhere; otherwise only where it may publish.
        let isFree: Bool
    }

    /// With `replies: own` a message names only what its sender may itself subscribe to. Other engines do not look.
    mutating func publishByReply() {
        guard canAnybodyAim() else { return }
        // The answer comes back to the account of whoever asked, from wherever the request goes.
        for number in reachedByRequests {
            for responder in responders(of: number) {
                let trail = Trail(graph, to: places([.routed, .served], of: number), responder.requests)
                aim(trail, responder, number) { [account] in $0.account == account }
                guard number == account else { continue }
                // A message that comes in through a stream is answered in this account too.
                let stream = Trail(graph, to: places([.imported], of: number), responder.requests)
                aim(stream, responder, number) { [account] in $0.account != account }
            }
            publishByServersReply(in: number)
        }
    }

    /// JetStream answers whoever asks it, and whoever publishes what a stream takes in.
    private mutating func publishByServersReply(in number: Int) {
        let account = graph.accounts[number]
        guard account.hasJetStream, let api = try? Pattern("$JS.API.>") else { return }
        let requests = account.streams.reduce(into: SubjectSet([api])) {
            $0 = (try? $0.union($1.subjects)) ?? .everything
        }
        let trail = Trail(graph, to: places([.routed, .served], of: number), requests)
        let search = self
        let publishing = Publishing(
            kinds: [.reply], isAsked: { [account = self.account] in $0.account == account },
            isFit: { search.target(of: $0, nil) != nil }
        ) { typed, _, holder in
            guard let target = search.target(of: holder, nil) else { return nil }
            return Ending(
                performance: .answer(typed: typed, account: account.name, streams: account.streams.map(\.declaration)),
                steps: [.init("JetStream of \(account.name) answers to \(target)", nil)],
                subject: target)
        }
        publish(trail, publishing)
    }

    /// A subject that somebody may have answers come to.
    ///
    /// - Parameter published: what the one who answers may publish, where that counts.
    private func target(of holder: Holder, _ published: SubjectSet?) -> String? {
        guard holder.coverage != .atMost else { return witness(subjects).map { String(decoding: $0, as: UTF8.self) } }
        guard var set = try? targets(holder.role, holder.sets) else { return nil }
        if let published { set = (try? set.intersection(published)) ?? .nothing }
        return witness(set).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What somebody may name for an answer.
    private func targets(_ role: AccessGraph.Role, _ sets: HolderSets) throws(SubjectsTooLarge) -> SubjectSet {
        role.replies == .any || analysis.engine == .natsServer ? subjects : try sets.subscribe.intersection(subjects)
    }

    private mutating func canAnybodyAim() -> Bool {
        for number in [account] + graph.accounts[account].imports.map({ graph.sharings[$0].exporter }) {
            for role in roles(of: number) {
                guard let bound = analysis.bound(role), let set = try? targets(self.role(role), bound),
                    (try? set.isEmpty()) == true
                else { return true }
            }
        }
        return false
    }

    /// The account itself, and those whose services it asks, and so on.
    private var reachedByRequests: [Int] {
        var result = [account]
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

    private mutating func responders(of number: Int) -> [Responder] {
        graph.accounts[number].roles.indices.compactMap { index in
            let role = AccessAnalysis.RoleNumber(account: number, role: index)
            guard let bound = analysis.bound(role), let requests = try? bound.received(),
                (try? requests.isEmpty()) != true
            else { return nil }
            // With leave to answer, wherever that goes.
            if bound.mayRespond { return Responder(role: role, requests: requests, isFree: true) }
            // From another account the way back is the server's, which is no subject to publish on.
            guard number == account, (try? bound.publish.overlaps(subjects)) == true else { return nil }
            return Responder(role: role, requests: requests, isFree: false)
        }
    }

    private mutating func aim(
        _ trail: Trail, _ responder: Responder, _ number: Int,
        where isAsked: @escaping (AccessAnalysis.RoleNumber) -> Bool
    ) {
        guard let answering = hit(anybody: responder.role) else { return }
        let search = self
        let published = responder.isFree ? nil : answering.sets.publish
        let publishing = Publishing(
            kinds: [.reply], isAsked: isAsked, isFit: { search.target(of: $0, published) != nil }
        ) { typed, request, holder in
            guard let target = search.target(of: holder, published) else { return nil }
            let role = answering.role
            let heard = Self.listening(answering.sets, request)
            let place =
                published == nil
                ? role.position(.receive, request, answering.values, group: heard?.queue)
                : role.position(.publish, target, answering.values)
            let step = AccessRoute.Step(
                "\(role.name) of \(search.graph.accounts[number].name) answers to \(target)", place)
            let performance = heard.map { heard in
                RoutePerformance.reply(
                    typed: typed, request: heard.subscribed, responder: search.who(answering), queue: heard.queue)
            }
            return Ending(performance: performance, steps: [step], subject: target)
        }
        publish(trail, publishing)
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
