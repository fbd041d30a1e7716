public import Claims
public import NKeys
public import Secrets

/// A user of the server's own configuration.
public struct LocalUser: Sendable {
    public let name: String
    /// The user's key, where it signs in by that.
    public let key: PublicKey?
    /// Nil for a user without one, which a certificate alone may name.
    public let password: StatedPassword?
    /// The name of the user's account.
    public let account: String
    /// Empty for any.
    public let allowedConnectionTypes: [String]
    public let proxyRequired: Bool
    /// When the connection has to end, Unix seconds.
    public let deadline: Int64?
    /// What the user may do, compiled once for all its connections.
    let grant: Grant

    public var program: PermissionProgram { grant.program }

    /// - Parameter accountLimits: those of the user's account; nil for none.
    /// - Throws: ``ProgramFault`` for permissions past the bounds.
    public init(
        name: String, key: PublicKey? = nil, password: StatedPassword? = nil,
        account: String = AccountIdentity.global.text, accountLimits: AccountLimits? = nil,
        permissions: Permissions = Permissions(),
        allowedConnectionTypes: [String] = [], proxyRequired: Bool = false, deadline: Int64? = nil
    ) throws(ProgramFault) {
        self.name = name
        self.key = key
        self.password = password
        self.account = account
        self.allowedConnectionTypes = allowedConnectionTypes
        self.proxyRequired = proxyRequired
        self.deadline = deadline
        // The restrictions on connecting, in the form in which a JWT has them.
        var limits = UserPermissionLimits()
        limits.allowedConnectionTypes = allowedConnectionTypes
        limits.proxyRequired = proxyRequired
        grant = Grant(
            account: .name(account), issuer: nil, role: nil, source: .configuration(user: name),
            program: try PermissionProgram(permissions), limits: limits, accountLimits: accountLimits,
            password: password)
    }

    func allows(_ type: ConnectionType) -> Bool {
        allowedConnectionTypes.isEmpty || allowedConnectionTypes.contains { $0.uppercased() == type.rawValue }
    }
}

/// The users that a server's configuration knows, as values: who may come in where no operator vouches for anybody.
public struct LocalUsers: Sendable {
    private var byName: [String: LocalUser] = [:]
    private var byKey: [PublicKey: LocalUser] = [:]
    /// In the order of the configuration: certificates are compared with them one by one.
    private(set) var users: [LocalUser] = []
    /// The one user of an `authorization` block with a `user` of its own.
    public var single: LocalUser?
    /// Whom the one token of an `authorization` block lets in, with that token as password.
    public var sharedToken: LocalUser?
    /// Whom a client is taken for that presents nothing: a user's name or key.
    public var noAuthUser: String?
    /// Whether the configuration has an `authorization` block: then users of the system account alone do not leave the
    /// rest open.
    public var hasAuthorizationBlock = false
    /// Whether that block has a list of users: then it is meant, even if it is empty.
    public var hasUserList = false
    /// Whether a listener takes users from certificates: then users without a password are named by these alone.
    public var mapsCertificates = false
    /// The names of the accounts, beside `$G`.
    public var accounts: Set<String> = []
    /// The limits of those that have some, and of `$G`.
    public var accountLimits: [String: AccountLimits] = [:]
    public var callout: LocalCallout?

    public init() {}

    /// Adds a user; of two with one name or key the first is kept.
    public mutating func add(_ user: LocalUser) {
        if let key = user.key {
            guard byKey[key] == nil else { return }
            byKey[key] = user
        } else {
            guard byName[user.name] == nil else { return }
            byName[user.name] = user
        }
        users.append(user)
    }

    public subscript(name: String) -> LocalUser? { byName[name] }
    public subscript(key: PublicKey) -> LocalUser? { byKey[key] }

    var hasKeys: Bool { !byKey.isEmpty }
    var hasNames: Bool { !byName.isEmpty }

    /// Whether clients have to present something.
    public var requiresAuthentication: Bool {
        !users.isEmpty || single != nil || sharedToken != nil || callout != nil || hasUserList
    }

    /// Whether clients may come in unnamed although there are users: only where these are all the system account's and no
    /// `authorization` block says anything.
    func admitsUnnamed(systemAccount: AccountIdentity?) -> Bool {
        guard requiresAuthentication else { return true }
        guard !hasAuthorizationBlock, single == nil, sharedToken == nil, callout == nil else { return false }
        return noAuthUser == nil && users.allSatisfy { .name($0.account) == systemAccount }
    }

    /// The user that a name or a key stands for.
    func user(called name: String) -> LocalUser? {
        if let user = byName[name] { return user }
        return (try? PublicKey(name)).flatMap { byKey[$0] }
    }
}

extension LocalUsers {
    /// Whether somebody stays whom a callout let in: as long as the same one is asked, and the account is there.
    func reviewCallout(_ principal: Principal) -> Admission.Step? {
        guard let callout, callout.issuer == principal.grant.issuer else { return .refused(.permissionsWithdrawn) }
        let account = principal.account
        return account == .global || accounts.contains(account.text) ? nil : .refused(.unknownAccount)
    }
}

/// The authentication callout of a server's configuration.
public struct LocalCallout: Sendable, Hashable {
    /// The account key that signs the answers and the users in them.
    public var issuer: PublicKey
    /// The account that answers.
    public var account: String
    /// The users that answer; they need no callout themselves.
    public var users: Set<String>
    /// The accounts whose users are asked about; empty for all.
    public var allowedAccounts: Set<String>
    /// The curve key that requests are sealed to.
    public var xkey: String

    public init(
        issuer: PublicKey, account: String = AccountIdentity.global.text, users: Set<String>,
        allowedAccounts: Set<String> = [], xkey: String = ""
    ) {
        self.issuer = issuer
        self.account = account
        self.users = users
        self.allowedAccounts = allowedAccounts
        self.xkey = xkey
    }
}
