import Authorization
import Claims
import NIOCore
import NIOPosix
import NKeys

// Gathering what pages are made of.

extension ControlPlane {
    typealias PageResult = Result<any PageBody, PageRefusal>

    /// Gathers what a page is made of. It is written elsewhere: see ``make``.
    ///
    /// - Parameter isMessage: whether the page is part of a message.
    func gather(
        _ page: Page, _ options: PageOptions, isMessage: Bool = false, whenDone: @escaping (PageResult) -> Void
    ) {
        switch page {
        case .server: gatherServer { whenDone(.success($0)) }
        case .connections: gatherConnections(options) { whenDone(.success($0)) }
        case .subscriptions: gatherSubscriptions(options) { whenDone(.success($0)) }
        case .accounts where options.account.isEmpty: whenDone(.success(accountsPage(.list(accountNames))))
        case .accounts:
            gatherDetails(of: options.account) { [self] result in
                whenDone(result.map { accountsPage(.details($0)) })
            }
        case .account: gatherDetails(of: options.account) { whenDone($0.map { $0 }) }
        case .accountStatistics: gatherAccounts(options) { whenDone(.success($0)) }
        case .health:
            whenDone(
                .success(
                    HealthPage(
                        isFailure: context.isLameDuck, showsDetails: options.listing == .details,
                        isMessage: isMessage)))
        case .routes, .gateways, .leafNodes, .jetStream, .raft, .queues, .accountConnections:
            whenDone(.success(EmptyPage(page: page, identity: context.identity, now: now)))
        }
    }

    /// Unix nanoseconds.
    var now: Int64 { context.environment.nanoseconds() }

    private func name(of state: AccountState) -> ConnectionsPage.AccountName {
        let name = state.claims.name
        return ConnectionsPage.AccountName(
            identity: state.identity.text, tag: name.isEmpty ? state.identity.text : name)
    }

    func names(of numbers: some Sequence<Int?>) -> [Int: ConnectionsPage.AccountName] {
        var names: [Int: ConnectionsPage.AccountName] = [:]
        for number in numbers {
            guard let number, names[number] == nil, tenants.indices.contains(number) else { continue }
            names[number] = name(of: tenants[number].state)
        }
        return names
    }

    /// The number of an account that is held; nil for none.
    func number(named name: String) -> Int? {
        if let number = numbers[.name(name)] { return tenants[number].state.isHeld ? number : nil }
        guard let key = try? PublicKey(name), let number = numbers[.key(key)], tenants[number].state.isHeld else {
            return nil
        }
        return number
    }

    private func gatherServer(whenDone: @escaping (ServerPage) -> Void) {
        gatherStatistics { [self] statistics in
            whenDone(
                ServerPage(
                    identity: context.identity, rules: context.rules, statistics: statistics, now: now,
                    loadedAt: rulesLoadedAt, ports: context.ports, requests: pageCounts.sorted))
        }
    }

    // MARK: Subscriptions

    private func gatherSubscriptions(_ options: PageOptions, whenDone: @escaping (SubscriptionsPage) -> Void) {
        let account = options.account.isEmpty ? nil : number(named: options.account)
        // An account that nobody knows has none.
        let asked = options.account.isEmpty ? nil : account ?? -1
        let (subject, lists) = (Array(options.testSubject.utf8), options.listing != .none)
        gather { shard in
            (
                statistics: shard.interestStatistics(of: asked),
                count: lists ? shard.countSubscriptions(in: asked, matching: subject) : 0
            )
        } whenDone: { [self] parts in
            var statistics = parts.first?.statistics ?? InterestStatistics()
            for part in parts.dropFirst() { statistics.addUse(part.statistics) }
            let ranges = Self.shares(
                of: options.offset..<options.offset.addingSaturating(options.limit), parts.map(\.count))
            let total = parts.reduce(0) { $0 + $1.count }
            let page = SubscriptionsPage(
                server: context.identity.id, now: now, statistics: statistics, total: total, options: options,
                reports: [], accounts: [:])
            guard lists, total > 0 else { return whenDone(page) }
            collect(ranges, in: asked, matching: subject) { [self] reports in
                whenDone(
                    SubscriptionsPage(
                        server: page.server, now: page.now, statistics: statistics, total: total, options: options,
                        reports: reports, accounts: names(of: reports.map(\.account))))
            }
        }
    }

    /// Describes the subscriptions that stand in a range of each shard, so many at a time that no loop is held up.
    private func collect(
        _ ranges: [Range<Int>], in account: Int?, matching subject: [UInt8], so far: [SubscriptionReport] = [],
        whenDone: @escaping ([SubscriptionReport]) -> Void
    ) {
        guard let shard = ranges.firstIndex(where: { !$0.isEmpty }), !isStopping else { return whenDone(far) }
        let range = ranges[shard]
        let part = range.prefix(SubscriptionSlice.batch)
        gather {
            $0.index == shard ? $0.subscriptions(in: account, matching: subject, part) : []
        } whenDone: { [self] parts in
            var rest = ranges
            rest[shard] = part.upperBound..<range.upperBound
            collect(rest, in: account, matching: subject, so: far + parts.joined(), whenDone: whenDone)
        }
    }

    /// What a range of a list comes to in each of the parts that the list consists of.
    static func shares(of range: Range<Int>, _ counts: [Int]) -> [Range<Int>] {
        var start = 0
        return counts.map { count in
            defer { start += count }
            let lower = min(max(range.lowerBound - start, 0), count)
            return lower..<min(max(range.upperBound - start, lower), count)
        }
    }

    // MARK: Accounts

    private var accountNames: [String] { tenants.filter { $0.state.isHeld }.map { $0.state.identity.text } }

    private func accountsPage(_ content: AccountsPage.Content) -> AccountsPage {
        AccountsPage(
            server: context.identity.id, now: now, systemAccount: context.systemAccount?.text, content: content)
    }

    private func gatherDetails(of name: String, whenDone: @escaping (Result<AccountDetails, PageRefusal>) -> Void) {
        guard let number = number(named: name) else {
            return whenDone(.failure(PageRefusal("Account \(name) does not exist")))
        }
        gather {
            $0.interestStatistics(of: number)
        } whenDone: { [self] parts in
            var statistics = parts.first ?? InterestStatistics()
            for part in parts.dropFirst() { statistics.addUse(part) }
            let state = tenants[number].state
            let expires = state.claims.expires
            whenDone(
                .success(
                    AccountDetails(
                        identity: state.identity.text, isSystem: state.identity == context.systemAccount,
                        isExpired: expires != 0 && expires < context.environment.moment().seconds,
                        connections: tenants[number].connections.count, definition: state.definition,
                        mappings: state.mappings,
                        builtInImports: SystemExports.imports(
                            of: state.identity, systemAccount: context.systemAccount),
                        usedImports: usedImports(of: state), updatedAt: tenants[number].updatedAt,
                        statistics: statistics)))
        }
    }

    private func gatherAccounts(_ options: PageOptions, whenDone: @escaping (AccountStatisticsPage) -> Void) {
        statistics(of: numbersToTell(of: options)) { [self] accounts in
            whenDone(AccountStatisticsPage(server: context.identity.id, now: now, accounts: accounts))
        }
    }

    /// The accounts that a page of statistics is about.
    func numbersToTell(of options: PageOptions) -> [Int] {
        let asked =
            options.accounts.isEmpty
            ? Array(tenants.indices) : options.accounts.prefix(PageOptions.mostOnPage).compactMap(number(named:))
        return asked.filter { number in
            tenants[number].state.isHeld && (options.includesUnused || !tenants[number].connections.isEmpty)
        }
    }

    /// What accounts are doing, in the order of their numbers as given.
    func statistics(of numbers: [Int], whenDone: @escaping ([AccountStatistics]) -> Void) {
        gather {
            $0.shares(of: numbers)
        } whenDone: { [self] parts in
            whenDone(
                numbers.enumerated().map { place, number in
                    statistics(
                        of: number, connections: tenants[number].connections.count, parts.map { $0[place] })
                })
        }
    }

    /// - Parameter connections: how many are to be told.
    func statistics(of number: Int, connections: Int, _ shares: [AccountShare]) -> AccountStatistics {
        let state = tenants[number].state
        var statistics = AccountStatistics(
            account: state.identity, name: name(of: state).tag, connections: connections)
        for share in shares { statistics.add(share) }
        return statistics
    }

    /// What the account that a subject names is doing; nil for one that nobody knows.
    func statistics(named name: String, whenDone: @escaping (AccountStatistics?) -> Void) {
        guard let number = number(named: name) else { return whenDone(nil) }
        statistics(of: [number]) { whenDone($0.first) }
    }
}
