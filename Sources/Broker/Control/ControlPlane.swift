import Authorization
import Claims
import NIOCore
import NKeys

/// What is decided for the broker as a whole, on a loop of its own: which claims are in force, what imports come to, how
/// many connections an account has. It hands immutable states to every shard, and knows when all of them have put them in
/// force. No message passes through here, but for those to the server's own services.
final class ControlPlane {
    /// An account, with everybody who is connected to it.
    struct Tenant {
        var state: AccountState
        /// The shard of each connection.
        var connections: [UInt64: Int] = [:]
        /// When it was last given claims, Unix nanoseconds.
        var updatedAt: Int64
        /// What it has in vain, as it was told of.
        var leftOut: Set<String> = []
    }

    /// An importer and the exporter that it imports services from.
    struct Link: Hashable {
        let importer: Int
        let exporter: Int
    }

    /// Something that every shard has been told and not every one has done yet.
    private struct Errand {
        var shards: Int
        var cut = 0
        let whenDone: (_ cut: Int) -> Void
    }

    let context: BrokerContext
    let eventLoop: any EventLoop
    private(set) var shards: [ShardAddress] = []
    /// By number.
    private(set) var tenants: [Tenant] = []
    private(set) var numbers: [AccountIdentity: Int] = [:]
    /// What accounts have no field for, by account.
    var settings: [PublicKey: ResolvedSettings] = [:]
    private var importers = ImporterIndex()
    var openRequests: [Link: OpenRequests] = [:]
    var fetches = AccountFetches()
    var lookups = AccountLookups()
    var deletions = ClaimsDeletion()
    /// Those who left last.
    private(set) var closed = ClosedConnections()
    /// When the rules in force were read, Unix nanoseconds.
    var rulesLoadedAt: Int64
    var pageCounts = PageCounts()
    /// For whoever runs the server, over HTTP and over the system account.
    let ownPages = PageQueue(mostOfOne: 256, most: 512)
    /// For the accounts about themselves.
    let tenantPages = PageQueue(mostOfOne: 32, most: 512)
    private var errands: [UInt64: Errand] = [:]
    private var lastErrand: UInt64 = 0
    private var stopping: (shards: Int, whenStopped: () -> Void)?
    var isStopping: Bool { stopping != nil }
    var pace = EventPace()
    /// Nil until lame duck mode begins.
    var lameDuck: LameDuck?

    /// The accounts of the present configuration.
    var configured: Set<AccountIdentity>

    init(_ context: BrokerContext, on eventLoop: any EventLoop, accounts: [AccountDefinition]) {
        self.context = context
        self.eventLoop = eventLoop
        rulesLoadedAt = context.startedAt
        configured = Set(accounts.map(\.identity))
        takeKeptSettings()
        for definition in accounts { setDefinition(definition) }
        for number in tenants.indices { compileImports(of: number) }
    }

    /// Makes the shards known, which have been given ``states``.
    func meet(_ shards: [ShardAddress]) {
        self.shards = shards
    }

    var states: [AccountState] { tenants.map(\.state) }

    /// The state of an account that is held.
    func state(_ account: AccountIdentity) -> AccountState? {
        guard let state = numbers[account].map({ tenants[$0].state }), state.isHeld else { return nil }
        return state
    }

    /// Keeps what an account is; imports stay as they are. Returns the account's number.
    @discardableResult
    func setDefinition(_ definition: AccountDefinition) -> Int {
        let definition = definition.under(trustedSettings(of: definition.identity))
        let now = context.environment.nanoseconds()
        if let number = numbers[definition.identity] {
            let old = tenants[number].state
            tenants[number].updatedAt = now
            importers.replace(old.claims.imports, with: definition.claims.imports, of: number)
            if let previous = old.resolved { definition.resolved?.inheritPrograms(of: previous) }
            tenants[number].state = AccountState(
                number: number, definition: definition, streamImports: old.streamImports,
                serviceImports: old.serviceImports)
            return number
        }
        let number = tenants.count
        tenants.append(Tenant(state: AccountState(number: number, definition: definition), updatedAt: now))
        numbers[definition.identity] = number
        importers.replace([], with: definition.claims.imports, of: number)
        return number
    }

    /// Warns of what the account has in vain: once, however often its imports are worked out.
    private func compileImports(of number: Int) {
        var leftOut: [String] = []
        tenants[number].state = compiled(tenants[number].state, leftOut: &leftOut)
        for text in leftOut where !tenants[number].leftOut.contains(text) {
            context.environment.log(.warning, text)
        }
        tenants[number].leftOut = Set(leftOut)
    }

    // MARK: Updates

    /// Puts what accounts are now in force, for those who are connected too.
    ///
    /// - Parameter whenDone: called when every shard has done so, with the number of connections that this ended.
    func put(_ definitions: [AccountDefinition], whenDone: @escaping (_ cut: Int) -> Void) {
        putInForce(definitions.map { setDefinition($0) }, whenDone: whenDone)
    }

    /// Deletes accounts that are held: everybody who is connected goes, and nothing is imported from them any more.
    func delete(_ keys: [PublicKey], whenDone: @escaping (_ cut: Int) -> Void) {
        let changed = keys.compactMap { numbers[.key($0)] }
        for number in changed {
            let identity = tenants[number].state.identity
            tenants[number].state = AccountState(
                number: number, definition: .removed(identity, wasDeleted: true))
        }
        putInForce(changed, whenDone: whenDone)
    }

    /// Hands what is in force for these accounts now to every shard.
    func putInForce(_ changed: [Int], whenDone: @escaping (_ cut: Int) -> Void) {
        var affected = Set(changed)
        // Exports may have changed under those who import from here.
        for number in changed { affected.formUnion(importers[tenants[number].state.identity.text]) }
        for number in affected { compileImports(of: number) }
        lastErrand += 1
        errands[lastErrand] = Errand(shards: shards.count, whenDone: whenDone)
        let update = AccountsUpdate(
            number: lastErrand, states: affected.sorted().map { tenants[$0].state }, reviewed: changed,
            excess: changed.flatMap { newestAboveLimit($0) })
        for shard in shards { shard.post(.accounts(update)) }
    }

    /// The connections beyond the account's limit, those that came last: the oldest stay.
    private func newestAboveLimit(_ number: Int) -> [UInt64] {
        let connections = tenants[number].connections
        guard let limit = tenants[number].state.maximumConnections, connections.count > limit else { return [] }
        return Array(connections.keys.sorted().suffix(connections.count - limit))
    }

    /// A shard has put an update in force, and ended some connections for it.
    func noteApplied(_ number: UInt64, by shard: Int, cut: Int) {
        guard var errand = errands[number] else { return }
        errand.shards -= 1
        errand.cut += cut
        errands[number] = errand.shards > 0 ? errand : nil
        if errand.shards == 0 { errand.whenDone(errand.cut) }
    }

    // MARK: Connections

    /// Lets somebody in whose credential was found good, under rules and claims that may have changed since: then it is
    /// asked about once more.
    func admit(
        _ connection: UInt64, from shard: Int, _ principal: Principal, under basis: AdmissionBasis,
        facts: ConnectionFacts
    ) {
        shards[shard].post(
            .admission(connection: connection, answer(connection, shard, principal, basis, facts)))
    }

    private func answer(
        _ connection: UInt64, _ shard: Int, _ principal: Principal, _ basis: AdmissionBasis, _ facts: ConnectionFacts
    ) -> AdmissionAnswer {
        if numbers[principal.account].map({ tenants[$0].state.wasDeleted }) ?? false {
            return .refused(.accountDeleted)
        }
        var principal = principal
        let resolved = state(principal.account)?.resolved
        if basis.generation != context.rules.generation || basis.version != resolved?.version
            || basis.settings != resolved?.settingsVersion
        {
            switch context.review(principal, of: resolved, facts) {
            case .admitted(let changed): principal = changed
            case .refused(let refusal): return .refused(refusal)
            case .needs: return .refused(.unknownAccount)
            }
        }
        guard let number = numbers[principal.account] else { return .refused(.unknownAccount) }
        let state = tenants[number].state
        if let refusal = Admission.refusalToBind(
            facts.type, to: state.claims.limits, connections: tenants[number].connections.count)
        {
            return .refused(refusal)
        }
        tenants[number].connections[connection] = shard
        return .admitted(principal, account: number)
    }

    /// A connection that had been let in has left its account.
    func release(_ connection: UInt64, of account: Int) {
        tenants[account].connections[connection] = nil
    }

    /// A connection has ended, whether it had been let in or not.
    func noteClosed(_ report: ConnectionReport) {
        closed.add(report.remembered, capacity: context.settings.maximumClosedClients)
    }

    // MARK: Stopping

    /// Ends all connections, and calls back when no shard will say anything more.
    func stop(whenStopped: @escaping () -> Void) {
        stopping = (shards.count, whenStopped)
        endLookups()
        endLameDuck()
        tellOfShutdown { for shard in $0.shards { shard.post(.stop) } }
    }

    func noteStopped(_ shard: Int) {
        guard var stopping else { return }
        stopping.shards -= 1
        self.stopping = stopping
        if stopping.shards == 0 { stopping.whenStopped() }
    }
}
