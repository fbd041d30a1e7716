import Authorization
import Claims

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
        putInForce(Array(tenants.indices), whenDone: whenDone)
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
