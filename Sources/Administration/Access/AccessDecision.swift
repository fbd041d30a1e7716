/// Whether somebody may do something with the service. Every check asks here.
public enum AccessDecision {
    /// The grant that allows an action, or nil if none does. Of several, one without a ceiling goes first.
    ///
    /// - Parameters:
    ///   - action: what is to be done.
    ///   - object: what it is to be done with.
    ///   - grants: what the one who asks was given.
    public static func allowing(
        _ action: AccessAction, on object: AccessObject, _ grants: [AccessGrant]
    ) -> AccessGrant? {
        let allowing = grants.filter { grant in
            grant.fault == nil && grant.role.actions.contains(action) && grant.covers(object)
        }
        return allowing.first { $0.ceiling == nil } ?? allowing.first
    }

    /// The grant that allows somebody to give another one away, or nil: nobody gives away more than he has.
    public static func allowing(delegationOf other: AccessGrant, _ grants: [AccessGrant]) -> AccessGrant? {
        guard other.fault == nil else { return nil }
        return grants.first { $0.fault == nil && $0.role.actions.contains(.delegate) && $0.contains(other) }
    }
}
