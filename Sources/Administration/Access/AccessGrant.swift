import Claims
public import NKeys

/// A role, and where it counts.
public struct AccessGrant: Sendable, Hashable {
    /// What kind of work.
    public var role: AccessRole
    /// The operator that it counts for; nil for every one.
    public var `operator`: PublicKey?
    /// The account that it counts for; nil for every one.
    public var account: PublicKey?
    /// Of an issuer: the role whose users it issues.
    public var signingRole: String?
    /// What may be issued at most; nil for whatever the account itself may have.
    public var ceiling: AccessCeiling?

    public init(
        _ role: AccessRole, operator: PublicKey? = nil, account: PublicKey? = nil, signingRole: String? = nil,
        ceiling: AccessCeiling? = nil
    ) {
        (self.role, self.operator, self.account) = (role, `operator`, account)
        (self.signingRole, self.ceiling) = (signingRole, ceiling)
    }

    /// What is wrong with the grant, or nil.
    public var fault: String? {
        if role.needsAccount, account == nil { return "the role \(role.rawValue) is for one account: name it" }
        if role == .issuer, signingRole?.isEmpty ?? true {
            return "the role issuer is for one role of an account: name it"
        }
        if role != .issuer, signingRole != nil { return "only the role issuer is for a role of an account" }
        if role == .systemAdmin, self.operator != nil || account != nil {
            return "the role system-admin is for everything, and not for one operator or account"
        }
        if let key = self.operator, key.kind != .operator { return "\(key) is not the public key of an operator" }
        if let key = account, key.kind != .account { return "\(key) is not the public key of an account" }
        if role.needsAccount == false, ceiling != nil { return "only account-admin and issuer have a ceiling" }
        return ceiling?.fault
    }

    /// Whether the grant reaches an object at all.
    func covers(_ object: AccessObject) -> Bool {
        switch object {
        case .system: return self.operator == nil && account == nil
        case .operator(let key): return account == nil && (self.operator == nil || self.operator == key)
        case .account(let key, let owner):
            return role != .issuer && reaches(account: key, of: owner)
        case .role(let name, let key, let owner):
            guard reaches(account: key, of: owner) else { return false }
            return role != .issuer || name.map { signingRole?.isExactly($0) ?? false } ?? false
        }
    }

    private func reaches(account key: PublicKey, of owner: PublicKey) -> Bool {
        if role.needsAccount, account == nil { return false }
        return (account == nil || account == key) && (self.operator == nil || self.operator == owner)
    }

    /// Whether everything that `other` allows is allowed by this grant, too.
    public func contains(_ other: AccessGrant) -> Bool {
        // What is about the service or an operator counts for nothing in a grant for an account.
        let elsewhere: Set<AccessAction> = other.account == nil ? [] : [.observe, .author]
        guard other.role.actions.subtracting(elsewhere).isSubset(of: role.actions),
            role == .systemAdmin || other.role != .systemAdmin
        else {
            return false
        }
        if let own = self.operator, own != other.operator { return false }
        if let own = account, own != other.account { return false }
        if role == .issuer {
            guard other.role == .issuer, let own = signingRole, other.signingRole?.isExactly(own) ?? false else {
                return false
            }
        }
        guard let ceiling else { return true }
        return other.role.needsAccount
            ? other.ceiling.map(ceiling.contains) ?? false : !other.role.actions.contains(.issue)
    }
}

/// Something that an action is about.
public enum AccessObject: Sendable, Hashable {
    /// The service itself.
    case system
    /// An operator.
    case `operator`(PublicKey)
    /// An account.
    case account(PublicKey, of: PublicKey)
    /// A role of an account, with its users; nil for users with permissions of their own.
    case role(String?, in: PublicKey, of: PublicKey)
}
