import Authorization
import Claims
import Wire

// Another configuration while the server runs.
extension ControlPlane {
    /// Puts a configuration in force, for those who are connected too: whoever would not come in any more, or would come
    /// into another account, is cut, and everybody else goes on with what they may do now (rules S13 and S15).
    ///
    /// - Parameter whenDone: called when every shard has done so, with the number of connections that this ended.
    func reload(_ settings: BrokerConfiguration, _ mode: BrokerMode, whenDone: @escaping (_ cut: Int) -> Void) {
        context.replaceRules(settings, mode.trust)
        rulesLoadedAt = context.environment.nanoseconds()
        // Accounts that come from elsewhere stay as they are there.
        if !context.resolver.canFetch { take(mode.accounts) }
        // Settings count as long as the operator who signed them is trusted.
        for tenant in tenants where tenant.state.isHeld { setDefinition(tenant.state.definition) }
        putInForce(Array(tenants.indices)) { [self] cut in
            closeExcess { whenDone(cut + $0) }
        }
    }

    /// Ends connections until there are no more than there may be: those that came last, the oldest stay. As with
    /// nats-server nobody has to go where nobody may come in any more.
    private func closeExcess(whenDone: @escaping (_ cut: Int) -> Void) {
        let limit = context.settings.maximumConnections
        guard limit > 0, context.connectionCount > limit else { return whenDone(0) }
        gather {
            $0.sessions.values.filter { !$0.isEnding }.map(\.id)
        } whenDone: { [self] parts in
            let connections = parts.joined().sorted()
            let excess = Set(connections.dropFirst(limit))
            guard !excess.isEmpty else { return whenDone(0) }
            gather { shard in
                for session in Array(shard.sessions.values) where excess.contains(session.id) {
                    session.close(.maximumConnectionsExceeded, telling: ErrorLine.maximumConnectionsExceeded)
                }
            } whenDone: { [self] _ in
                context.environment.log(
                    .info, "Closed \(excess.count) connections to fall within max_connections")
                whenDone(excess.count)
            }
        }
    }

    private func take(_ accounts: [AccountDefinition]) {
        let before = configured
        configured = Set(accounts.map(\.identity))
        for identity in before.subtracting(configured) { setDefinition(.removed(identity, wasDeleted: false)) }
        for definition in accounts where !isOlder(definition) { setDefinition(definition) }
    }

    /// Nothing rolls an account back to older claims (rule S14): a file may not know of those that were pushed since.
    private func isOlder(_ definition: AccountDefinition) -> Bool {
        guard let read = definition.resolved, let present = state(definition.identity)?.resolved,
            read.claims.issuedAt < present.claims.issuedAt
        else { return false }
        context.environment.log(
            .warning,
            "account \(read.key): the configuration's JWT was issued before the one in force, and is not taken")
        return true
    }
}
