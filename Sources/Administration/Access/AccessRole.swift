/// What kind of work somebody may do with the service. The list is closed.
public enum AccessRole: String, Sendable, Hashable, CaseIterable {
    /// Everything, the service itself included.
    case systemAdmin = "system-admin"
    /// An operator with all of its accounts; without an operator, every operator.
    case operatorAdmin = "operator-admin"
    /// What is inside one account: roles, users, exports, imports, mappings, revocations. Not its limits.
    case accountAdmin = "account-admin"
    /// Users of one role of one account.
    case issuer
    /// Policies: to check them, and to see what they would change.
    case policyAuthor = "policy-author"
    /// To see everything, the logs included.
    case auditor
    /// To see everything but the logs.
    case viewer

    /// What the role may do, where its grant reaches.
    public var actions: Set<AccessAction> {
        switch self {
        case .systemAdmin: Set(AccessAction.allCases)
        case .operatorAdmin:
            [.view, .trust, .administer, .configure, .issue, .delegate, .audit, .author, .govern, .observe]
        case .accountAdmin: [.view, .configure, .issue, .delegate, .audit]
        case .issuer: [.view, .issue]
        case .policyAuthor: [.view, .author]
        case .auditor: [.view, .audit, .observe]
        case .viewer: [.view, .observe]
        }
    }

    /// Whether a grant of the role must name an account.
    public var needsAccount: Bool { self == .accountAdmin || self == .issuer }
}

/// What can be done with something. The list is closed.
public enum AccessAction: String, Sendable, Hashable, CaseIterable {
    /// To see it.
    case view
    /// To see how the service and its servers do.
    case observe
    /// To change an operator, its keys and what servers trust.
    case trust
    /// To create, limit and delete accounts.
    case administer
    /// To change what is inside an account.
    case configure
    /// To issue, change and revoke users.
    case issue
    /// To give and take away access to the service.
    case delegate
    /// To read the logs.
    case audit
    /// To check and plan policies.
    case author
    /// To apply policies.
    case govern
    /// To run the service.
    case operate
}
