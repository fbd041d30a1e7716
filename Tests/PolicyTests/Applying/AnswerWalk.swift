import Claims

/// Follows the answers to single requests through accounts' claims, rule by rule.
struct AnswerWalk {
    /// Where holders of roles may have answers come to, and whose answers they hear: `A/r is answered on s of B`.
    private(set) var access: Set<String> = []
    /// Each answer, with whose request it is for, and who hears it.
    private(set) var single: Set<String> = []

    private let accounts: [String: AccountClaims]
    private let ownReplies: Set<String>
    /// Other servers let all answers go anywhere.
    private let isBroker: Bool

    /// What stands for the servers' own subjects, by which answers go back through services.
    private static let back = "_R_"

    init(_ accounts: [String: AccountClaims], _ ownReplies: Set<String>, isBroker: Bool) {
        (self.accounts, self.ownReplies, self.isBroker) = (accounts, ownReplies, isBroker)
        for (key, claims) in accounts {
            for subject in MessageWalk.subjects {
                let walk = MessageWalk(accounts, from: key, subject)
                for asker in claims.signingKeys.compactMap(\.scope) {
                    for (routed, arrivals) in walk.arrivals where asker.mayPublish(routed) {
                        for arrival in arrivals { follow(asker, of: key, subject, arrival) }
                    }
                }
            }
        }
    }

    private func mayAim(_ asker: UserScope, _ subject: String) -> Bool {
        !isBroker || !ownReplies.contains(asker.key) || asker.mayReceive(subject)
    }

    private mutating func follow(
        _ asker: UserScope, of account: String, _ subject: String, _ arrival: MessageWalk.Arrival
    ) {
        let there = arrival.place
        let responders = accounts[there.account]?.signingKeys.compactMap(\.scope) ?? []
        for responder in responders where responder.mayReceive(there.subject) {
            for reply in MessageWalk.subjects where mayAim(asker, reply) {
                let places = answers(asker, of: account, reply, responder, arrival)
                let what = "\(account)/\(asker.role) \(subject) for \(reply), \(there) \(responder.role)"
                for place in places { note(place, asker, of: account, from: there.account, what) }
                guard !places.isEmpty, arrival.way == .service else { continue }
                // Answers come by where the request came by.
                for passed in arrival.through where passed != account {
                    note(.init(account: passed, subject: Self.back), nil, of: account, from: there.account, what)
                }
            }
        }
    }

    private mutating func note(
        _ place: MessageWalk.Place, _ asker: UserScope?, of account: String, from answering: String, _ what: String
    ) {
        let server = isBroker ? "here" : "elsewhere"
        if let asker { access.insert("\(server) \(account)/\(asker.role) is answered on \(place)") }
        for listener in accounts[place.account]?.signingKeys.compactMap(\.scope) ?? []
        where listener.mayReceive(place.subject) {
            access.insert("\(server) \(place.account)/\(listener.role) hears \(answering) on \(place.subject)")
            single.insert("\(server) \(what), \(place) \(listener.role)")
        }
    }

    /// Where the answer gets.
    private func answers(
        _ asker: UserScope, of account: String, _ reply: String, _ responder: UserScope,
        _ arrival: MessageWalk.Arrival
    ) -> Set<MessageWalk.Place> {
        let mayRespond = responder.template.permissions.response != nil
        if arrival.way == .service {
            guard mayRespond || responder.mayPublish(Self.back) else { return [] }
            return Set(
                MessageWalk(accounts, backTo: account, reply).arrivals.values.joined().map(\.place))
        }
        let walk = MessageWalk(accounts, from: arrival.place.account, reply)
        var places: Set<MessageWalk.Place> = []
        for (routed, arrivals) in walk.arrivals
        where responder.mayPublish(routed) || mayRespond && mayAim(asker, routed) {
            places.formUnion(arrivals.map(\.place))
        }
        return places
    }
}
