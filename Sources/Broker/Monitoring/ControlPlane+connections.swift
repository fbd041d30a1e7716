// Gathering what pages of connections are made of.

extension ControlPlane {
    /// How many connections are described by a shard in one turn of its loop.
    private static let batch = 1024

    func gatherConnections(_ options: PageOptions, whenDone: @escaping (ConnectionsPage) -> Void) {
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
            keys += closed.enumerated().map { place, report in
                ConnectionKeys.Key(
                    key: question.order.key(report, now: now), connection: report.id, shard: -1 - place)
            }
            keys.sort()
            let offset = min(options.connection == 0 ? options.offset : 0, keys.count)
            let chosen = Array(keys[offset...].prefix(options.mqttClient.isEmpty ? options.limit : 0))
            describe(chosen, closed, options) { [self] reports in
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
        _ keys: [ConnectionKeys.Key], _ closed: [ConnectionReport], _ options: PageOptions,
        so far: [ConnectionReport] = [], whenDone: @escaping ([ConnectionReport]) -> Void
    ) {
        guard !keys.isEmpty else {
            guard options.listing != .none else { return whenDone(far) }
            let wanted = far.filter { $0.ending == nil }.map { (connection: $0.id, count: $0.subscriptionCount) }
            return list(SubscriptionSlice.batches(wanted)[...], of: far, whenDone: whenDone)
        }
        let batch = keys.prefix(Self.batch)
        var asked = [[UInt64]](repeating: [], count: shards.count)
        for key in batch where key.shard >= 0 { asked[key.shard].append(key.connection) }
        let wanted = asked
        gather {
            $0.reports(of: wanted[$0.index])
        } whenDone: { [self] parts in
            var found: [UInt64: ConnectionReport] = [:]
            for report in parts.joined() { found[report.id] = report }
            let reports = batch.compactMap { $0.shard < 0 ? closed[-1 - $0.shard] : found[$0.connection] }
            describe(Array(keys.dropFirst(Self.batch)), closed, options, so: far + reports, whenDone: whenDone)
        }
    }

    /// Adds what connections have subscribed to, with a turn of the loops for each batch.
    private func list(
        _ batches: ArraySlice<[SubscriptionSlice]>, of reports: [ConnectionReport],
        so far: [SubscriptionReport] = [], bytes: Int = 0, whenDone: @escaping ([ConnectionReport]) -> Void
    ) {
        guard let batch = batches.first, bytes < SubscriptionSlice.mostBytes, !isStopping else {
            let lists = Dictionary(grouping: far, by: \.connection)
            return whenDone(
                reports.map { report in
                    var report = report
                    report.subscriptions = lists[report.id] ?? []
                    return report
                })
        }
        gather {
            $0.subscriptions(batch)
        } whenDone: { [self] parts in
            let found = Array(parts.joined())
            list(
                batches.dropFirst(), of: reports, so: far + found,
                bytes: found.reduce(bytes) { $0 + $1.subject.count + ($1.queue?.count ?? 0) }, whenDone: whenDone)
        }
    }
}
