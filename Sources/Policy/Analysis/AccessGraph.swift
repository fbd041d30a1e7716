import Claims
import Subjects

/// Who is where in a set of policies, and which ways messages take: what questions about access are answered from.
struct AccessGraph: Sendable {
    struct Account: Sendable {
        let name: String
        /// The account's files and compiled roles; nil for an account that is managed elsewhere.
        let policy: PolicySet.Account?
        let roles: [Role]
        let mappings: [Mapping]
        let streams: [Stream]
        /// Whether streams can be made in it at all.
        let hasJetStream: Bool
        /// Numbers of ``AccessGraph/sharings``.
        var imports: [Int] = []
        var importers: [Int] = []
    }

    struct Role: Sendable {
        let name: String
        let account: Int
        let permissions: Permissions
        let replies: RolePolicy.Replies
        let tags: [RolePolicy.Tag]
        let users: [UserPolicy]
        let position: PolicyPosition?
        /// What its templates are filled with already, by function such as `tag(plant)`.
        var values: [String: String] = [:]
        /// Where each entry of a list comes from, by its place, such as `/pub/allow/0`.
        var sources: [String: [PolicyPosition]] = [:]
        /// Where `publish` and `subscribe` stand, for what no entry says.
        var places: (publish: PolicyPosition?, subscribe: PolicyPosition?) = (nil, nil)
        /// The server whose rules decide what it may.
        var engine = Engine.broker
    }

    struct Mapping: Sendable {
        let map: SubjectMapping
        let position: PolicyPosition
    }

    /// A stream of JetStream.
    struct Stream: Sendable {
        let name: String
        /// Everything, where the file does not say what it takes in.
        let subjects: SubjectSet
        let consumers: [(name: String, filter: SubjectSet)]
        let position: PolicyPosition
    }

    /// An import with the export that it uses.
    struct Sharing: Sendable {
        let kind: ExportPolicy.Kind
        let importer: Int
        let exporter: Int
        /// From the exporter's subject to the importer's.
        let toLocal: SubjectTransform
        let toRemote: SubjectTransform
        let importPosition: PolicyPosition
        let exportPosition: PolicyPosition?
        /// Whether it is only known that the account elsewhere may import this.
        let isAssumed: Bool
        /// When the last grant ends that it needs, Unix seconds; nil for never.
        var until: Int64?
    }

    private(set) var accounts: [Account] = []
    private(set) var sharings: [Sharing] = []
    private(set) var numbers: [String: Int] = [:]

    /// Grants that have ended by then count no more; nil counts all.
    private let moment: Int64?
    /// What accounts export, by their numbers; while the graph is made.
    private var offers: [Int: AccountOffers] = [:]

    /// - Parameters:
    ///   - engine: the server whose rules decide.
    ///   - moment: Unix seconds.
    init(_ set: PolicySet, on engine: Engine = .broker, at moment: Int64? = nil) {
        self.moment = moment
        let policies = Dictionary(
            set.accounts.map { ($0.policy.account.value, $0) }, uniquingKeysWith: { one, _ in one })
        for entry in set.manifest.accounts where numbers[entry.name.value] == nil {
            numbers[entry.name.value] = accounts.count
            accounts.append(Self.account(entry.name.value, accounts.count, policies[entry.name.value], engine))
        }
        for number in accounts.indices { addImports(of: number) }
        for number in accounts.indices where accounts[number].policy == nil { addAssumedImports(of: number) }
        offers = [:]
    }

    subscript(name: String) -> Account? { numbers[name].map { accounts[$0] } }

    private static func account(_ name: String, _ number: Int, _ policy: PolicySet.Account?, _ engine: Engine)
        -> Account
    {
        guard let policy else {
            // Whoever is in an account that is managed elsewhere may do there what they like.
            let anybody = Role(
                name: "anybody", account: number, permissions: Permissions(), replies: .any, tags: [], users: [],
                position: nil)
            return Account(name: name, policy: nil, roles: [anybody], mappings: [], streams: [], hasJetStream: false)
        }
        let file = policy.policy
        // Keys for single values and the roles of users' combinations are roles of their own here.
        let present = file.users.filter { policy.refusals[$0.name] == nil }
        let users = Dictionary(grouping: present) { policy.role(of: $0)?.name ?? "" }
        let compiled = policy.roles.values.filter { role in
            (engine != .broker || !policy.barred.contains(role.name))
                && (policy.ownRoles[role.name].map { policy.refusals[$0] == nil } ?? true)
        }
        let roles = compiled.sorted {
            ($0.policy.position.inOrder, $0.name) < ($1.policy.position.inOrder, $1.name)
        }.map { compiled in
            Role(
                name: compiled.name, account: number, permissions: compiled.permissions,
                replies: compiled.settings.replies == .any ? .any : .own, tags: compiled.policy.tags,
                users: users[compiled.name] ?? [], position: compiled.policy.position,
                values: compiled.values, sources: compiled.permissionSources,
                places: (compiled.policy.publish.position, compiled.policy.subscribe.position), engine: engine)
        }
        let mappings = file.mappings.compactMap { mapping in
            (try? mapping.compiled()).map { Mapping(map: $0, position: mapping.source.position) }
        }
        return Account(
            name: name, policy: policy, roles: roles, mappings: mappings, streams: file.knownStreams,
            hasJetStream: file.hasJetStream)
    }

    private mutating func addImports(of number: Int) {
        for item in accounts[number].policy?.policy.imports ?? [] {
            guard let subject = item.subject, let from = item.from, let exporter = numbers[from.value],
                let toLocal = try? SubjectTransform(from: subject.text, to: item.local?.text ?? subject.text),
                let toRemote = try? toLocal.inverse()
            else { continue }
            let offer = offer(of: exporter, item.kind, toLocal.source)
            let grants = (offer?.grants[accounts[number].name] ?? []).filter { $0.covers(toLocal.source) }
            let counting = grants.filter { counts($0) }
            guard grants.isEmpty || !counting.isEmpty else { continue }
            add(
                Sharing(
                    kind: item.kind, importer: number, exporter: exporter, toLocal: toLocal, toRemote: toRemote,
                    importPosition: item.position, exportPosition: offer?.export.position, isAssumed: false,
                    until: Self.end(of: counting)))
        }
    }

    /// The export that a subject lies in.
    private mutating func offer(
        of account: Int, _ kind: ExportPolicy.Kind, _ subject: Pattern
    ) -> AccountOffers.Kind.Offer? {
        guard let policy = accounts[account].policy?.policy else { return nil }
        return offers[account, default: AccountOffers(policy)][kind].first(with: subject)
    }

    /// What an account that is managed elsewhere imports is not known, only what it may.
    private mutating func addAssumedImports(of number: Int) {
        for exporter in accounts.indices where exporter != number {
            guard let policy = accounts[exporter].policy?.policy else { continue }
            let name = accounts[number].name
            for offer in offers[exporter, default: AccountOffers(policy)].all {
                let export = offer.export
                let grants = (offer.grants[name] ?? []).filter { counts($0) }
                let isOpen = !export.isPrivate && export.grants.isEmpty
                guard let subject = export.subject?.text, isOpen || !grants.isEmpty else { continue }
                let offers = isOpen ? [(subject, nil)] : grants.map { ($0.only?.text ?? subject, $0.until?.value) }
                for (text, until) in offers {
                    guard let transform = try? SubjectTransform(from: text, to: text) else { continue }
                    add(
                        Sharing(
                            kind: export.kind, importer: number, exporter: exporter, toLocal: transform,
                            toRemote: transform, importPosition: export.position, exportPosition: export.position,
                            isAssumed: true, until: until))
                }
            }
        }
    }

    private func counts(_ grant: ExportPolicy.Grant) -> Bool {
        guard let moment, let until = grant.until?.value else { return true }
        return until > moment
    }

    /// When the longest of some grants ends; nil where one does not, and where none is needed.
    private static func end(of grants: [ExportPolicy.Grant]) -> Int64? {
        let ends = grants.map(\.until?.value)
        return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
    }

    private mutating func add(_ sharing: Sharing) {
        accounts[sharing.importer].imports.append(sharings.count)
        accounts[sharing.exporter].importers.append(sharings.count)
        sharings.append(sharing)
    }
}
