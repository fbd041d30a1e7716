public import Claims
public import NKeys
import Synchronization

/// An account's claims as a server holds them: decoded, their signature verified, and what they grant compiled when it is
/// first asked for.
public struct ResolvedAccount: Sendable {
    public let key: PublicKey
    public let claims: AccountClaims
    public let version: TokenVersion
    /// The JWT's text, to be handed on.
    public let token: String
    /// The first rule that the claims break; nobody signs in to an account that has one. Times are not looked at here.
    public let fault: String?
    /// What the account JWT has no field for; see ``Trust/accepts(_:of:)``.
    public let settings: SettingsClaims?
    /// The version of the settings.
    public let settingsVersion: TokenVersion?

    private let grants: AccountGrants

    /// - Parameter settings: the account's settings, if a trusted operator signed any.
    /// - Throws: ``ClaimsError`` when the token is not an account JWT whose signature verifies; ``Refusal`` is not used
    ///   here, since whether the account is trusted depends on the moment it is asked.
    public init(token text: String, settings: SettingsClaims? = nil) throws {
        let decoded = try Token.decode(text)
        guard case .account(let claims) = decoded.claims else { throw NotAnAccountToken() }
        key = try PublicKey(claims.subject)
        self.claims = claims
        version = decoded.version
        token = text
        self.settings = settings
        settingsVersion = nil
        grants = AccountGrants()
        // Found out once, since the claims may be large. The level of times is left out, so the moment does not matter.
        fault = claims.validate(at: 0).first { $0.level == .error }?.description
    }

    private init(_ other: ResolvedAccount, settings: ResolvedSettings?) {
        key = other.key
        claims = other.claims
        version = other.version
        token = other.token
        fault = other.fault
        self.settings = settings?.claims
        settingsVersion = settings?.version
        grants = AccountGrants()
    }

    /// The account under other settings, which have to be its own.
    public func under(_ settings: ResolvedSettings?) -> ResolvedAccount {
        guard settings?.version != settingsVersion else { return self }
        return ResolvedAccount(self, settings: settings)
    }

    /// Takes over the programs of roles that have not changed since, so that a revocation compiles nothing anew.
    public func inheritPrograms(of previous: ResolvedAccount) {
        guard previous.grants !== grants else { return }
        grants.inherit(previous.grants)
    }

    /// How many programs have been compiled and are held for the account.
    public var programCount: Int { grants.count }

    /// What a scoped signing key grants: one for all users that it signs. A template that says nothing of permissions
    /// leaves them to the account's defaults, as a user without any is.
    func grant(_ scope: UserScope) -> Result<Grant, ProgramFault> {
        let own = scope.template.permissions
        let replies = settings?.roles[scope.key]?.replies ?? .any
        return grants.grant(scope.key) { (programs) throws(ProgramFault) in
            let program = try programs.program(
                own.isEmpty
                    ? defaults(replies) : ProgramInput(permissions: own, account: templateValues, replies: replies))
            // A scope's key was validated with the claims.
            return Grant(
                account: .key(key), issuer: try? PublicKey(scope.key), role: scope.role,
                source: own.isEmpty
                    ? .accountDefaults(version) : .scope(account: version, key: scope.key, role: scope.role),
                program: program, limits: scope.template, accountLimits: claims.limits)
        }
    }

    /// The program of the account's default permissions.
    func defaultProgram() -> Result<PermissionProgram, ProgramFault> { grants.program(defaults(.any)) }

    private func defaults(_ replies: RoleSettings.Replies) -> ProgramInput {
        ProgramInput(permissions: claims.defaultPermissions, account: nil, replies: replies)
    }

    /// What the account fills templates with.
    private var templateValues: PermissionTemplate.Values {
        var values = PermissionTemplate.Values()
        values.accountName = claims.name
        values.accountSubject = claims.subject
        values.accountTags = claims.tags
        return values
    }
}

/// The token is in order, but not an account's.
public struct NotAnAccountToken: Error, Sendable, CustomStringConvertible {
    public var description: String { "not account claim" }
}

/// Everything that a program is made from: equal inputs make equal programs.
struct ProgramInput: Sendable, Hashable {
    let permissions: Permissions
    let account: PermissionTemplate.Values?
    let replies: RoleSettings.Replies
}

/// What an account's claims grant, compiled when it is first asked for and kept as long as the claims. It only remembers:
/// the answers are the same in whatever order they are asked for.
final class AccountGrants: Sendable {
    /// The programs made so far.
    struct Programs {
        fileprivate var made: [ProgramInput: Result<PermissionProgram, ProgramFault>] = [:]
        fileprivate var inherited: [ProgramInput: Result<PermissionProgram, ProgramFault>] = [:]

        mutating func program(_ input: ProgramInput) throws(ProgramFault) -> PermissionProgram {
            if let known = made[input] { return try known.get() }
            let program =
                inherited.removeValue(forKey: input)
                ?? Result { () throws(ProgramFault) in
                    try PermissionProgram(input.permissions, account: input.account, replies: input.replies)
                }
            made[input] = program
            return try program.get()
        }
    }

    private struct State {
        var programs = Programs()
        var grants: [String: Result<Grant, ProgramFault>] = [:]
    }

    private let state = Mutex(State())

    /// Lets another's programs serve where nothing has changed.
    func inherit(_ previous: AccountGrants) {
        let made = previous.state.withLock { $0.programs.made }
        state.withLock { $0.programs.inherited = made }
    }

    var count: Int { state.withLock { $0.programs.made.count } }

    func grant(
        _ key: String, _ make: (inout Programs) throws(ProgramFault) -> Grant
    ) -> Result<Grant, ProgramFault> {
        state.withLock { state in
            if let known = state.grants[key] { return known }
            let grant: Result<Grant, ProgramFault>
            do throws(ProgramFault) { grant = .success(try make(&state.programs)) } catch { grant = .failure(error) }
            state.grants[key] = grant
            return grant
        }
    }

    func program(_ input: ProgramInput) -> Result<PermissionProgram, ProgramFault> {
        state.withLock { state in
            do throws(ProgramFault) {
                return .success(try state.programs.program(input))
            } catch {
                return .failure(error)
            }
        }
    }
}
