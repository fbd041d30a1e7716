import Claims

/// Follows single messages through accounts' claims, rule by rule: slow, plain, and without any algebra.
struct MessageWalk {
    static let subjects = ["a", "b", "c", "d"]

    /// Everything that holders of roles publish and receive: `A/r publish s of B`.
    static func reached(_ accounts: [String: AccountClaims]) -> Set<String> {
        var result: Set<String> = []
        for (key, claims) in accounts {
            for subject in subjects {
                let walk = MessageWalk(accounts, from: key, subject)
                for scope in claims.signingKeys.compactMap(\.scope) {
                    for (routed, places) in walk.places where scope.mayPublish(routed) {
                        for place in places { result.insert("\(key)/\(scope.role) publish \(place)") }
                    }
                }
                for place in Set(walk.places.values.flatMap { $0 }) {
                    for scope in accounts[place.account]?.signingKeys.compactMap(\.scope) ?? []
                    where allows(scope.template.permissions.subscribe, place.subject) {
                        result.insert("\(place.account)/\(scope.role) receive \(subject) of \(key)")
                    }
                }
                // What comes through a service is published there, too.
                for typed in walk.typed {
                    for place in MessageWalk(accounts, from: typed.account, typed.subject).places.values.flatMap({ $0 })
                    {
                        for scope in accounts[place.account]?.signingKeys.compactMap(\.scope) ?? []
                        where allows(scope.template.permissions.subscribe, place.subject) {
                            result.insert("\(place.account)/\(scope.role) receive \(typed.subject) of \(typed.account)")
                        }
                    }
                }
            }
        }
        return result
    }

    struct Place: Hashable, CustomStringConvertible {
        let account: String
        let subject: String
        var description: String { "\(subject) of \(account)" }
    }

    /// A message where somebody may hear it.
    struct Arrival: Hashable {
        enum Way { case own, service, stream }

        let place: Place
        let way: Way
        /// The accounts that a service took it through.
        let through: [String]
    }

    /// Where a message gets, by the subject that its sender has to be allowed.
    private(set) var arrivals: [String: Set<Arrival>] = [:]
    private(set) var typed: Set<Place> = []
    private let accounts: [String: AccountClaims]

    private var places: [String: Set<Place>] { arrivals.mapValues { Set($0.map(\.place)) } }

    init(_ accounts: [String: AccountClaims], from account: String, _ subject: String) {
        self.accounts = accounts
        for routed in Self.mapped(subject, accounts[account]) {
            var found: Set<Arrival> = []
            route(Place(account: account, subject: routed), &found, through: [])
            arrivals[routed] = found
        }
    }

    /// An answer that has come back through a service: mappings do not move it.
    init(_ accounts: [String: AccountClaims], backTo account: String, _ subject: String) {
        self.accounts = accounts
        var found: Set<Arrival> = []
        route(Place(account: account, subject: subject), &found, through: [], isBack: true)
        arrivals[subject] = found
    }

    static func mapped(_ subject: String, _ claims: AccountClaims?) -> [String] {
        guard let targets = claims?.mappings[subject] else { return [subject] }
        let rest = targets.reduce(100) { $0 - Int($1.effectiveWeight) }
        return targets.map(\.subject) + (rest > 0 ? [subject] : [])
    }

    private mutating func route(
        _ place: Place, _ found: inout Set<Arrival>, through: [String], isBack: Bool = false
    ) {
        let isService = isBack || !through.isEmpty
        found.insert(Arrival(place: place, way: isService ? .service : .own, through: through))
        guard through.count < 8 else { return }
        for (key, claims) in accounts {
            for item in claims.imports {
                let local = item.localSubject.isEmpty ? item.subject : item.localSubject
                let isOpen =
                    accounts[item.account]?.exports.contains { $0.type == item.type && $0.subject == item.subject }
                    ?? false
                guard isOpen else { continue }
                if item.type == .service, key == place.account, local == place.subject {
                    typed.insert(Place(account: item.account, subject: item.subject))
                    for routed in Self.mapped(item.subject, accounts[item.account]) {
                        let next = Place(account: item.account, subject: routed)
                        route(next, &found, through: through + [place.account])
                    }
                } else if item.type == .stream, !isService, item.account == place.account, item.subject == place.subject
                {
                    // Streams do not take requests on. For subscribers alone: it goes on from there to nobody.
                    let next = Place(account: key, subject: local)
                    found.insert(Arrival(place: next, way: .stream, through: through))
                }
            }
        }
    }

    static func allows(_ permission: Permission, _ subject: String) -> Bool {
        (permission.allow.isEmpty || permission.allow.contains(subject)) && !permission.deny.contains(">")
            && !permission.deny.contains(subject)
    }
}

extension UserScope {
    func mayPublish(_ subject: String) -> Bool {
        // With leave to answer, an empty list allows nothing but that.
        let permissions = template.permissions
        guard permissions.response == nil || !permissions.publish.allow.isEmpty else { return false }
        return MessageWalk.allows(permissions.publish, subject)
    }

    func mayReceive(_ subject: String) -> Bool { MessageWalk.allows(template.permissions.subscribe, subject) }
}
