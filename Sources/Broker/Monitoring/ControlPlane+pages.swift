import Authorization
import Claims
import NIOCore
import NIOPosix
import NKeys

// Gathering what pages are made of.

extension ControlPlane {
    typealias PageResult = Result<any PageBody, PageRefusal>

    /// Gathers what a page is made of. It is written elsewhere: see ``render(_:_:whenDone:)``.
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
        case .health, .routes, .gateways, .leafNodes, .jetStream, .accountConnections:
            whenDone(
                .success(EmptyPage(page: page, identity: context.identity, now: now, isMessage: isMessage)))
        }
    }

    /// Writes a page, on a thread that has time.
    func render(
        _ isIndented: Bool, _ write: @escaping @Sendable (inout PageWriter) -> Void,
        whenDone: @escaping ([UInt8]) -> Void
    ) {
        let bytes = context.signatures.runIfActive(eventLoop: eventLoop) {
            var writer = PageWriter(isIndented: isIndented)
            write(&writer)
            return writer.bytes
        }
        bytes.assumeIsolated().whenComplete { whenDone((try? $0.get()) ?? []) }
    }

    /// Unix nanoseconds.
    var now: Int64 { context.environment.nanoseconds() }

    private func name(of state: AccountState) -> ConnectionsPage.AccountName {
        let name = state.claims.name
        return ConnectionsPage.AccountName(
            identity: state.identity.text, tag: name.isEmpty ? state.identity.text : name)
    }

    private func names(of numbers: some Sequence<Int?>) -> [Int: ConnectionsPage.AccountName] {
        var names: [Int: ConnectionsPage.AccountName] = [:]
        for number in numbers {
            guard let number, names[number] == nil, tenants.indices.contains(number) else { continue }
            names[number] = name(of: tenants[number].state)
        }
        return names
    }

    /// The number of an account that is held; nil for none.
    private func number(named name: String) -> Int? {
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

    // MARK: Connections

    /// How many connections are described by a shard in one turn of its loop.
    private static let batch = 1024

    private func gatherConnections(_ options: PageOptions, whenDone: @escaping (ConnectionsPage) -> Void) {
        let account = options.account.isEmpty ? nil : number(named: options.account)
        let (now, server) = (now, context.identity.id)
        guard options.account.isEmpty || account != nil else {
            return whenDone(
                ConnectionsPage(server: server, now: now, total: 0, options: options, reports: nil, accounts: [:]))
        }
        let question = ConnectionQuestion(
            order: options.order, user: options.user, account: account,
            filterSubject: account == nil ? [] : Array(options.filterSubject.utf8), connection: options.connection,
            now: now)
        let closed = options.state == .open ? [] : closedReports(question)
        let closedTotal = options.state == .open ? 0 : countClosed(in: account)
        gather {
            options.state == .closed ? ConnectionKeys() : $0.keys(question)
        } whenDone: { [self] parts in
            var keys = parts.flatMap(\.keys)
            let open = keys.count
            keys += closed.enumerated().map { place, report in
                ConnectionKeys.Key(
                    key: question.order.key(report, now: now), connection: report.id, shard: -1 - place)
            }
            keys.sort()
            let offset = min(options.connection == 0 ? options.offset : 0, keys.count)
            let chosen = Array(keys[offset...].prefix(options.mqttClient.isEmpty ? options.limit : 0))
            describe(chosen, closed, options, open: open) { [self] reports in
                whenDone(
                    ConnectionsPage(
                        server: server, now: now, total: closedTotal + parts.reduce(0) { $0 + $1.open },
                        options: options, reports: reports, accounts: names(of: reports.map(\.account))))
            }
        }
    }

    private func closedReports(_ question: ConnectionQuestion) -> [ConnectionReport] {
        // Those who have gone listen to nothing.
        guard question.filterSubject.isEmpty else { return [] }
        return closed.reports.filter { report in
            (question.account == nil || report.account == question.account)
                && (question.connection == 0 || report.id == question.connection)
                && (question.user.isEmpty || report.shownUser == question.user)
        }
    }

    private func countClosed(in account: Int?) -> Int {
        account == nil ? closed.reports.count : closed.reports.count { $0.account == account }
    }

    /// Describes connections in their order, so many at a time that no loop is held up.
    private func describe(
        _ keys: [ConnectionKeys.Key], _ closed: [ConnectionReport], _ options: PageOptions, open: Int,
        so far: [ConnectionReport] = [], whenDone: @escaping ([ConnectionReport]) -> Void
    ) {
        guard !keys.isEmpty else { return whenDone(far) }
        let batch = keys.prefix(Self.batch)
        var asked = [[UInt64]](repeating: [], count: shards.count)
        for key in batch where key.shard >= 0 { asked[key.shard].append(key.connection) }
        let (wanted, listing) = (asked, options.listing)
        gather {
            $0.reports(of: wanted[$0.index], listing)
        } whenDone: { [self] parts in
            var found: [UInt64: ConnectionReport] = [:]
            for report in parts.joined() { found[report.id] = report }
            let reports = batch.compactMap { $0.shard < 0 ? closed[-1 - $0.shard] : found[$0.connection] }
            describe(
                Array(keys.dropFirst(Self.batch)), closed, options, open: open, so: far + reports, whenDone: whenDone)
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
            gather {
                $0.subscriptions(in: asked, matching: subject, ranges[$0.index])
            } whenDone: { [self] parts in
                let reports = Array(parts.joined())
                whenDone(
                    SubscriptionsPage(
                        server: page.server, now: page.now, statistics: statistics, total: total, options: options,
                        reports: reports, accounts: names(of: reports.map(\.account))))
            }
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
                        usedImports: usedImports(of: state), updatedAt: tenants[number].updatedAt,
                        statistics: statistics)))
        }
    }

    private func gatherAccounts(_ options: PageOptions, whenDone: @escaping (AccountStatisticsPage) -> Void) {
        let asked =
            options.accounts.isEmpty
            ? Array(tenants.indices) : options.accounts.prefix(PageOptions.mostOnPage).compactMap(number(named:))
        let numbers = asked.filter { number in
            tenants[number].state.isHeld && (options.includesUnused || !tenants[number].connections.isEmpty)
        }
        statistics(of: numbers) { [self] accounts in
            whenDone(AccountStatisticsPage(server: context.identity.id, now: now, accounts: accounts))
        }
    }

    /// What accounts are doing, in the order of their numbers as given.
    func statistics(of numbers: [Int], whenDone: @escaping ([AccountStatistics]) -> Void) {
        gather {
            $0.shares(of: numbers)
        } whenDone: { [self] parts in
            whenDone(
                numbers.enumerated().map { place, number in
                    let name = name(of: tenants[number].state)
                    var statistics = AccountStatistics(
                        account: name.identity, name: name.tag, connections: tenants[number].connections.count)
                    for part in parts { statistics.add(part[place]) }
                    return statistics
                })
        }
    }

    /// What the account that a subject names is doing; nil for one that nobody knows.
    func statistics(named name: String, whenDone: @escaping (AccountStatistics?) -> Void) {
        guard let number = number(named: name) else { return whenDone(nil) }
        statistics(of: [number]) { whenDone($0.first) }
    }
}
