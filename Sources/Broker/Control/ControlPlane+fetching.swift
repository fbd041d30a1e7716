import Authorization
import Claims
import NIOCore
import NKeys

/// What is being fetched at the moment.
struct AccountFetches {
    struct Waiter {
        let connection: UInt64
        let shard: Int
    }

    /// Who waits for which account.
    var waiters: [PublicKey: [Waiter]] = [:]
    /// Accounts that were deleted meanwhile: what was read of them before counts for nothing.
    var deleted: Set<PublicKey> = []
    /// How many requests to delete accounts are being carried out.
    var removals = 0
    /// When accounts that are held were last looked for again, monotonic nanoseconds.
    var renewals: [PublicKey: Int64] = [:]

    var isRunning: Bool { !waiters.isEmpty || removals > 0 }
}

/// Bringing in accounts that are not held yet: one that somebody wants to sign in to, and those that it imports from.
extension ControlPlane {
    /// Most accounts that are looked for on behalf of one: imports of imports are followed no further.
    private static let mostFetched = 1024
    /// Nanoseconds until an account that has expired is looked for again.
    private static let renewalInterval: Int64 = 1_000_000_000

    /// Fetches an account for a connection, which is told when that is over.
    func fetch(_ key: PublicKey, for connection: UInt64, on shard: Int) {
        let waiter = AccountFetches.Waiter(connection: connection, shard: shard)
        if fetches.waiters[key] != nil {
            fetches.waiters[key]?.append(waiter)
            return
        }
        fetches.waiters[key] = [waiter]
        guard isWorthFetching(key) else { return conclude(key) }
        gather([key], Gathering(root: key))
    }

    /// Not what is held already, unless it has expired and was not looked for just now.
    private func isWorthFetching(_ key: PublicKey) -> Bool {
        guard let state = state(.key(key)) else { return true }
        guard state.claims.expires != 0, state.claims.expires < context.environment.moment().seconds else {
            return false
        }
        let now = context.monotonicNow
        if let last = fetches.renewals[key], now - last < Self.renewalInterval { return false }
        fetches.renewals[key] = now
        return true
    }

    /// What one fetch has brought so far.
    private struct Gathering {
        let root: PublicKey
        var asked: Set<PublicKey> = []
        var found: [ResolvedAccount] = []
    }

    /// Asks for accounts, then for those that they import from, until there is nothing more to ask for.
    private func gather(_ keys: [PublicKey], _ gathering: Gathering) {
        var gathering = gathering
        gathering.asked.formUnion(keys)
        let now = context.environment.moment().seconds
        let answers = keys.map { key in
            context.resolver.fetch(key, trust: context.trust, at: now, on: eventLoop).assumeIsolated()
                .flatMap { [self] found in
                    found == nil ? lookUp(key) : eventLoop.makeSucceededFuture(found)
                }.nonisolated()
        }
        EventLoopFuture.whenAllComplete(answers, on: eventLoop).assumeIsolated().whenSuccess { [self] results in
            for (key, result) in zip(keys, results) {
                switch result {
                case .success(let account?): gathering.found.append(account)
                case .success(nil): break
                case .failure(let error):
                    context.environment.log(.warning, "account \(key) could not be fetched: \(error)")
                }
            }
            let next = exporters(of: gathering)
            if next.isEmpty { add(gathering) } else { gather(next, gathering) }
        }
    }

    /// The accounts that those found import from, as far as they are not held and have not been asked for.
    private func exporters(of gathering: Gathering) -> [PublicKey] {
        var next: Set<PublicKey> = []
        for account in gathering.found {
            for use in account.claims.imports {
                guard gathering.asked.count + next.count < Self.mostFetched else { return next.sorted() }
                guard let key = try? PublicKey(use.account), key.kind == .account, numbers[.key(key)] == nil,
                    !gathering.asked.contains(key)
                else { continue }
                next.insert(key)
            }
        }
        return next.sorted()
    }

    private func add(_ gathering: Gathering) {
        let added = gathering.found.filter { account in
            guard !fetches.deleted.contains(account.key) else { return false }
            guard let held = state(.key(account.key)) else { return true }
            // Updates may have been quicker, and nothing goes back to older claims (rule S14).
            return held.claims.issuedAt < account.claims.issuedAt
        }
        guard !added.isEmpty else { return conclude(gathering.root) }
        put(added.map(AccountDefinition.token)) { [self] _ in conclude(gathering.root) }
    }

    private func conclude(_ key: PublicKey) {
        for waiter in fetches.waiters.removeValue(forKey: key) ?? [] {
            shards[waiter.shard].post(.fetched(connection: waiter.connection))
        }
        if !fetches.isRunning { fetches.deleted = [] }
    }

    // MARK: Caches

    /// Has a cache let go of what nobody has asked for, again and again. Accounts that are held stay.
    func sweepCache() {
        guard case .folder(let folder) = context.resolver, folder.configuration.kind == .cache else { return }
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [self] in
            guard !isStopping else { return }
            let now = context.environment.moment().seconds
            folder.run(on: eventLoop) { try $0.sweep(now: now) }.assumeIsolated().whenComplete { [self] outcome in
                if case .failure(let error) = outcome {
                    context.environment.log(.warning, "the resolver's folder cannot be swept: \(error)")
                }
                sweepCache()
            }
        }
    }
}
