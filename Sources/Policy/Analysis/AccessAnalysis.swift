import Claims
public import Subjects

/// Answers who can reach what in a set of policies.
public struct AccessAnalysis {
    /// Whose access is asked about.
    public enum Holders: Sendable, Hashable {
        case everybody
        /// Everybody in other accounts than the one that the question is about.
        case outside
        case account(String)
        case role(account: String, role: String)
        case user(account: String, user: String)
    }

    let graph: AccessGraph
    let engine: Engine
    private let patience: Patience
    /// Whether an answer is not complete, since there was no more time for it.
    public private(set) var isCutShort = false
    private var bounds: [RoleNumber: HolderSets] = [:]

    struct RoleNumber: Hashable {
        let account: Int
        let role: Int
    }

    /// - Parameters:
    ///   - engine: the server whose rules decide; for a set with streams nats-server in any case, since no other has any.
    ///   - moment: Unix seconds: a grant that has ended by then gives nobody anything. Nil counts all.
    public init(
        _ set: PolicySet, engine: Engine = .broker, at moment: Int64? = nil, patience: Patience = .endless
    ) {
        self.engine = set.engine(engine)
        self.patience = patience
        graph = AccessGraph(set, on: self.engine, at: moment)
    }

    /// Every way by which holders publish on, or receive, some of the subjects of an account: for each role the ways that
    /// differ in kind, and the simplest of each.
    ///
    /// - Returns: in the order of accounts and roles; empty where the account is none of the set.
    public mutating func routes(
        _ act: AccessRoute.Act, _ subjects: SubjectSet, of account: String, by holders: Holders = .everybody
    ) -> [AccessRoute] {
        guard let number = graph.numbers[account] else { return [] }
        var search = RouteSearch(self, act, subjects, account: number, holders)
        switch act {
        case .receive: search.receive()
        case .publish: search.publish()
        }
        keep(search)
        return search.routesInOrder
    }

    /// The ways by which holders in an account have others publish there.
    mutating func routes(ofOthersTo place: AccessPlace, _ subjects: SubjectSet) -> [AccessRoute] {
        var search = RouteSearch(
            self, .publish, subjects, account: place.account, .account(graph.accounts[place.account].name))
        search.publishByOthers(Trail(graph, to: [place], subjects))
        keep(search)
        return search.routesInOrder
    }

    /// What was found out on the way.
    private mutating func keep(_ search: RouteSearch) {
        (bounds, isCutShort) = (search.analysis.bounds, search.analysis.isCutShort)
    }

    /// Whether to go on looking.
    mutating func goesOn() -> Bool {
        if !patience.lasts() { isCutShort = true }
        return !isCutShort
    }

    /// The same for a pattern.
    public mutating func routes(
        _ act: AccessRoute.Act, _ question: AccessQuestion, of account: String, by holders: Holders = .everybody
    ) -> [AccessRoute] {
        routes(act, SubjectSet([question.pattern]), of: account, by: holders)
    }

    /// What anybody in a role may do at most.
    mutating func bound(_ number: RoleNumber) -> HolderSets? {
        if let known = bounds[number] { return known }
        let made = try? graph.accounts[number.account].roles[number.role].bound()
        bounds[number] = made
        return made
    }
}

/// A pattern of subjects that a question is about.
public struct AccessQuestion: Sendable, Hashable {
    let pattern: Pattern

    /// Nil for a text that is no pattern.
    public init?(_ text: String) {
        guard let pattern = try? Pattern(text) else { return nil }
        self.pattern = pattern
    }
}

/// One question, and what has been found about it.
struct RouteSearch {
    var analysis: AccessAnalysis
    let act: AccessRoute.Act
    let subjects: SubjectSet
    let account: Int
    let holders: AccessAnalysis.Holders
    private var found: [AccessAnalysis.RoleNumber: [AccessRoute]] = [:]
    /// Where the message that is looked at comes in that others publish; nil for what holders publish themselves.
    var landed: Landing?
    /// Where requests come from.
    var trails: [RequestKey: Trail] = [:]

    var graph: AccessGraph { analysis.graph }

    init(
        _ analysis: AccessAnalysis, _ act: AccessRoute.Act, _ subjects: SubjectSet, account: Int,
        _ holders: AccessAnalysis.Holders
    ) {
        self.analysis = analysis
        self.act = act
        self.subjects = subjects
        self.account = account
        self.holders = holders
    }

    var routesInOrder: [AccessRoute] {
        found.sorted { ($0.key.account, $0.key.role) < ($1.key.account, $1.key.role) }.flatMap(\.value)
    }

    /// The roles of an account that the question is about, by number.
    func roles(of number: Int) -> [AccessAnalysis.RoleNumber] {
        let account = graph.accounts[number]
        return account.roles.indices.filter { isAsked(account, number, account.roles[$0]) }
            .map { AccessAnalysis.RoleNumber(account: number, role: $0) }
    }

    private func isAsked(_ account: AccessGraph.Account, _ number: Int, _ role: AccessGraph.Role) -> Bool {
        switch holders {
        case .everybody: return true
        case .outside: return number != self.account
        case .account(let name): return account.name == name
        case .role(account: let name, let wanted):
            // Who has two roles of which one includes the other has the key of the wider one alone.
            let isHeld = role.users.contains { user in user.roles.contains { $0.value == wanted } }
            return account.name == name && (isHeld || AccessGraph.Role.names(in: role.name).contains(wanted))
        case .user(account: let name, let user):
            return account.name == name && (account.policy == nil || role.users.contains { $0.name == user })
        }
    }

    func role(_ number: AccessAnalysis.RoleNumber) -> AccessGraph.Role {
        graph.accounts[number.account].roles[number.role]
    }

    /// Keeps a route, unless one of the same kind is known already that is as sure.
    mutating func add(_ route: AccessRoute, of role: AccessAnalysis.RoleNumber) {
        var known = found[role, default: []]
        if known.contains(where: { Set($0.kinds) == Set(route.kinds) && ($0.isExact || !route.isExact) }) { return }
        known.removeAll { Set($0.kinds) == Set(route.kinds) }
        // What might be is of no interest where something simpler is.
        if !route.isExact, known.contains(where: \.isExact) { return }
        found[role] = known.filter { $0.isExact || !route.isExact } + [route]
    }

    // MARK: Holders

    /// A holder and what it has of the subjects.
    struct Hit {
        let holder: Holder
        let set: SubjectSet
        let isExact: Bool
    }

    /// Somebody in a role who has some of the subjects.
    ///
    /// - Parameters:
    ///   - isFit: whether a holder counts.
    ///   - access: which of a holder's sets counts.
    mutating func hit(
        _ number: AccessAnalysis.RoleNumber, _ wanted: SubjectSet, _ isFit: (Holder) -> Bool,
        _ access: (HolderSets) throws(SubjectsTooLarge) -> SubjectSet
    ) -> Hit? {
        let role = role(number)
        let accountName = graph.accounts[number.account].name
        do throws(SubjectsTooLarge) {
            guard let bound = analysis.bound(number) else {
                return atMost(role, wanted)
            }
            let most = try access(bound).intersection(wanted)
            guard try !most.isEmpty() else { return nil }
            var candidates: [Holder] = []
            func add(_ holder: Holder?) { if let holder, isFit(holder) { candidates.append(holder) } }
            if case .user(account: _, let name) = holders, let user = role.users.first(where: { $0.name == name }) {
                add(try role.holder(user, accountName: accountName))
            } else if let combinations = role.combinations(
                named: most.namedTokens.union(subjects.namedTokens).union(landed?.set.namedTokens ?? []),
                accountName: accountName)
            {
                for (values, coverage) in combinations {
                    add(try role.holder(values, coverage))
                }
            } else {
                for user in role.users {
                    add(try role.holder(user, accountName: accountName))
                }
                return try first(candidates, wanted, access) ?? atMost(role, most)
            }
            return try first(candidates, wanted, access)
        } catch {
            return atMost(role, wanted)
        }
    }

    private func first(
        _ candidates: [Holder], _ wanted: SubjectSet, _ access: (HolderSets) throws(SubjectsTooLarge) -> SubjectSet
    ) throws(SubjectsTooLarge) -> Hit? {
        for holder in candidates {
            let set = try access(holder.sets).intersection(wanted)
            if try !set.isEmpty() { return Hit(holder: holder, set: set, isExact: true) }
        }
        return nil
    }

    private func atMost(_ role: AccessGraph.Role, _ set: SubjectSet) -> Hit? {
        guard let sets = try? HolderSets(Permissions()) else { return nil }
        return Hit(
            holder: Holder(role: role, values: PermissionTemplate.Values(), sets: sets, coverage: .atMost), set: set,
            isExact: false)
    }

    func who(_ holder: Holder) -> AccessRoute.Who {
        AccessRoute.Who(
            account: graph.accounts[holder.role.account].name, role: holder.role.name, name: holder.values.name,
            tags: holder.values.tags, holders: holder.words)
    }

    /// A set in a few words.
    func words(_ set: SubjectSet) -> String {
        guard let lines = try? set.lines() else { return "" }
        let text = lines.description.split(separator: "\n").joined(separator: "; ")
        return text.count <= 200 ? text : String(text.prefix(199)) + "…"
    }
}
