import Authorization
import Claims
import Subjects

/// One tenant, as a shard has it: the state in force, its subjects, its connections here. Nothing reaches another account
/// but through the imports and exports that both sides' claims state.
final class Account {
    let number: Int
    let identity: AccountIdentity
    /// The claims in force.
    private(set) var state: AccountState
    let interest = Interest()
    /// Those of this shard.
    var sessions: [UInt64: Session] = [:]
    /// The clients' subscriptions, of all shards.
    private(set) var subscriptions: [Subscription] = []
    /// The server's own subscriptions in ``interest``: they lead to other accounts' services, and to its inbox.
    private var plumbing: [Subscription] = []
    var mappings = AccountMappings()
    /// Which messages are traced although they do not say where to.
    private(set) var standingTrace: StandingTrace?
    /// What happened here, on this shard, since the start.
    var tally = AccountTally()
    /// The way back for answers to requests that came in from other accounts through this shard.
    var replies: ReplyRoutes

    init(_ state: AccountState, shard: Int) {
        number = state.number
        identity = state.identity
        self.state = state
        replies = ReplyRoutes(shard: shard)
    }

    var claims: AccountClaims { state.claims }

    /// What clients of this shard have sent and got in the account.
    var traffic: Traffic {
        sessions.values.reduce(tally.departed) { $0 + ($1.traffic - $1.trafficBefore) }
    }

    // MARK: Subscriptions

    /// Registers a client's subscription, and its counterparts in the accounts that streams are imported from.
    func insert(_ subscription: Subscription, among accounts: [Account]) {
        subscription.account = number
        subscription.position = subscriptions.count
        subscriptions.append(subscription)
        interest.insert(subscription)
        addShadows(of: subscription, among: accounts)
    }

    func remove(_ subscription: Subscription) {
        subscription.isRemoved = true
        interest.remove(subscription)
        removeShadows(of: subscription)
        let last = subscriptions.removeLast()
        if last !== subscription {
            subscriptions[subscription.position] = last
            last.position = subscription.position
        }
    }

    // MARK: Imports

    /// Puts a state in force, for the account's subjects and for the subscriptions that its clients hold.
    func put(_ state: AccountState, among accounts: [Account]) {
        removeImports()
        self.state = state
        mappings = AccountMappings(state.mappings)
        standingTrace = state.claims.trace.map { trace in
            StandingTrace(
                destination: Array(trace.destination.utf8), share: trace.sampling == 0 ? 100 : trace.sampling)
        }
        for service in state.serviceImports {
            let subscription = Subscription(
                pattern: service.local, target: .serviceImport(service, exporter: accounts[service.exporter]))
            interest.insert(subscription)
            plumbing.append(subscription)
        }
        if state.hasInbox, let pattern = ServerInbox.pattern {
            let subscription = Subscription(pattern: pattern, target: .inbox)
            interest.insert(subscription)
            plumbing.append(subscription)
        }
        for subscription in subscriptions { addShadows(of: subscription, among: accounts) }
    }

    private func removeImports() {
        for subscription in plumbing { interest.remove(subscription) }
        plumbing = []
        for subscription in subscriptions { removeShadows(of: subscription) }
    }

    private func addShadows(of subscription: Subscription, among accounts: [Account]) {
        for stream in state.streamImports {
            guard let shadow = stream.shadow(of: subscription) else { continue }
            let exporter = accounts[stream.exporter]
            exporter.interest.insert(shadow)
            subscription.shadows.append((exporter, shadow))
        }
    }

    private func removeShadows(of subscription: Subscription) {
        guard !subscription.shadows.isEmpty else { return }
        for (account, shadow) in subscription.shadows { account.interest.remove(shadow) }
        subscription.shadows = []
    }
}
