import Authorization
import Claims
import NKeys

/// An account as a broker would hold it, with keys that are made up for the occasion: what a policy says of somebody is
/// found out by signing in through the one admission, and asking the one decision.
struct ScratchRealm {
    private let operatorPair = KeyPair.generate(.operator)
    private let accountPair = KeyPair.generate(.account)
    private let userPair = KeyPair.generate(.user)
    private var rolePairs: [String: KeyPair] = [:]
    private let trust: Trust
    private let account: ResolvedAccount

    /// Unix seconds of the tokens; the moment of signing in is another matter.
    private static let issued: Int64 = 1

    /// - Parameter only: the one role that anybody signs in under; nil for any.
    init(_ policy: PolicySet.Account, only: CompiledRole? = nil) throws {
        let operatorClaims = OperatorClaims(subject: operatorPair.publicKey.text, name: "policy")
        var claims = AccountClaims(subject: accountPair.publicKey.text, name: policy.policy.account.value)
        claims.tags = policy.tags
        claims.defaultPermissions = policy.keys.defaultPermissions
        var settings = SettingsClaims(subject: accountPair.publicKey.text)
        for (name, role) in only.map({ [$0.name: $0] }) ?? policy.roles {
            let pair = KeyPair.generate(.account)
            rolePairs[name] = pair
            claims.setSigningKey(.scope(UserScope(key: pair.publicKey.text, role: name, template: role.template)))
            settings.roles[pair.publicKey.text] = role.settings
        }
        trust = Trust(operators: [operatorClaims])
        account = try ResolvedAccount(
            token: claims.encode(signedBy: operatorPair, at: Self.issued),
            settings: SettingsClaims.decode(settings.encode(signedBy: operatorPair, at: Self.issued)))
    }

    /// Signs somebody in.
    ///
    /// - Parameters:
    ///   - tags: of the user, as `name:value`.
    ///   - address: where the connection comes from.
    ///   - time: seconds since midnight, in whatever time zone is asked for; nil for a time that fits.
    func signIn(
        role: String, name: String, tags: [String], from address: NetworkAddress?, type: ConnectionType,
        time: Int?
    ) throws -> Result<Principal, Refusal> {
        guard let rolePair = rolePairs[role] else { return .failure(.untrustedIssuer) }
        let user = user(name, tags)
        let facts = ConnectionFacts(type: type, address: address, nonce: Array("policy".utf8))
        let credentials = PresentedCredentials(
            token: try user.encode(signedBy: rolePair, at: Self.issued),
            signature: Base64URL.text(try userPair.sign(facts.nonce)))
        let moment = Moment(seconds: Self.issued + 1) { _ in time }
        var admission = Admission(credentials, facts: facts, trust: trust)
        var step = admission.start(at: moment)
        if case .needs(.account) = step { step = admission.resume(account: account, at: moment) }
        switch step {
        case .admitted(let principal): return .success(principal)
        case .refused(let refusal): return .failure(refusal)
        case .needs: return .failure(.outOfTurn)
        }
    }

    /// A text without the keys that are made up here: nobody has them, and each time they are others.
    func withoutKeys(_ text: String) -> String {
        text.replacing(userPair.publicKey.text, with: "{{subject()}}")
            .replacing(accountPair.publicKey.text, with: "{{account-subject()}}")
    }

    /// What fills the templates of somebody's role.
    func values(_ name: String, _ tags: [String]) -> PermissionTemplate.Values {
        PermissionTemplate.Values(user: user(name, tags), account: account.claims)
    }

    private func user(_ name: String, _ tags: [String]) -> UserClaims {
        var user = UserClaims(subject: userPair.publicKey.text, name: name)
        user.issuerAccount = accountPair.publicKey.text
        user.limits = .scoped
        user.tags = tags
        return user
    }
}
