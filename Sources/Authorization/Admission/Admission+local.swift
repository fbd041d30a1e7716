import Claims
import NKeys
public import Secrets

/// A password to be compared with what the client presented. Comparing is left to whoever holds that: the machine never
/// sees it.
public struct PasswordCheck: Sendable {
    public enum Presented: Sendable, Hashable {
        /// The password of the CONNECT line, or an empty one.
        case password
        /// The shared token of the CONNECT line.
        case sharedToken
    }

    public let stated: StatedPassword
    public let presented: Presented
}

// Users of the server's own configuration: by key, by certificate, by name, and by the one user or token that an
// `authorization` block may have instead.

extension Admission {
    /// The users that the connection may be one of.
    var local: LocalUsers { trust.users(for: facts.type) }

    mutating func startWithLocalUser(at moment: Moment) -> Step {
        if credentials.isEmpty || !local.requiresAuthentication,
            local.admitsUnnamed(systemAccount: trust.systemAccount)
        {
            return admitUnnamed(at: moment)
        }
        if let text = credentials.nkey, !text.isEmpty, local.hasKeys { return startWithKey(text, at: moment) }
        if facts.mapsCertificates, local.hasNames { return startWithCertificate(at: moment) }
        if credentials.namesNobody, let name = facts.noAuthUser ?? local.noAuthUser, let user = local.user(called: name)
        {
            return finishLocal(user, .none, at: moment)
        }
        if let name = credentials.user, !name.isEmpty, local.hasNames { return startWithName(name, at: moment) }
        if let holder = local.sharedToken, !local.hasNames, !local.hasKeys {
            return startWithSharedToken(holder, at: moment)
        }
        if let single = local.single, !local.hasNames, !local.hasKeys {
            guard credentials.user == single.name else { return afterLocal(.failure(.unknownUser), at: moment) }
            return askForPassword(single, .password, at: moment)
        }
        return afterLocal(.failure(credentials.isEmpty ? .noCredentials : .unknownUser), at: moment)
    }

    /// Nobody in particular, in the one account that a server has without configuration.
    private mutating func admitUnnamed(at moment: Moment) -> Step {
        guard let user = try? LocalUser(name: "", accountLimits: local.accountLimits[AccountIdentity.global.text])
        else { return refuse(.outOfTurn) }
        return finishLocal(user, .none, at: moment)
    }

    private mutating func startWithKey(_ text: String, at moment: Moment) -> Step {
        guard let key = try? PublicKey(text), let user = local[key] else {
            return afterLocal(.failure(.unknownKey), at: moment)
        }
        guard user.allows(facts.type) else { return afterLocal(.failure(.connectionTypeNotAllowed), at: moment) }
        guard SignatureText.isValid(credentials.signature, by: key, of: facts.nonce) else {
            return afterLocal(.failure(.invalidSignature), at: moment)
        }
        return finishLocal(user, .nkey, at: moment)
    }

    /// The certificate says who it is, whatever name the client gives. A user with a password has to present that too.
    private mutating func startWithCertificate(at moment: Moment) -> Step {
        guard let user = facts.certificate?.user(in: local, type: facts.type) else {
            return afterLocal(.failure(.unknownCertificate), at: moment)
        }
        guard user.password == nil else { return askForPassword(user, .certificate, at: moment) }
        return finishLocal(user, .certificate, at: moment)
    }

    private mutating func startWithName(_ name: String, at moment: Moment) -> Step {
        guard let user = local[name] else { return afterLocal(.failure(.unknownUser), at: moment) }
        guard user.allows(facts.type) else { return afterLocal(.failure(.connectionTypeNotAllowed), at: moment) }
        return askForPassword(user, .password, at: moment)
    }

    private mutating func askForPassword(_ user: LocalUser, _ kind: CredentialKind, at moment: Moment) -> Step {
        guard let password = user.password else {
            // An empty password is one, unless the name is only a certificate's to use.
            if local.mapsCertificates { return afterLocal(.failure(.certificateOnly), at: moment) }
            if credentials.hasPassword { return afterLocal(.failure(.wrongPassword), at: moment) }
            return finishLocal(user, kind, at: moment)
        }
        state = .waitingForPassword(user, kind)
        return .needs(.password(PasswordCheck(stated: password, presented: .password)))
    }

    private mutating func startWithSharedToken(_ holder: LocalUser, at moment: Moment) -> Step {
        guard let token = holder.password, credentials.hasSharedToken else {
            return afterLocal(.failure(credentials.isEmpty ? .noCredentials : .wrongPassword), at: moment)
        }
        state = .waitingForPassword(holder, .sharedToken)
        return .needs(.password(PasswordCheck(stated: token, presented: .sharedToken)))
    }

    /// The checks that all local users share, whatever proved them.
    mutating func finishLocal(_ user: LocalUser, _ kind: CredentialKind, at moment: Moment) -> Step {
        let effective = EffectiveUser(local: user, kind: kind, trust: trust)
        claimant = effective.credential.claimant(account: .name(user.account), issuer: nil)
        if let refusal = effective.refusalByProxy(proxy) ?? effective.refusalByType(facts) {
            return afterLocal(.failure(refusal), at: moment)
        }
        return afterLocal(effective.principal(facts, proxy: proxy, at: moment), at: moment)
    }

    /// Lets the verdict stand, or asks the configured callout, which may overrule it either way: about everybody who was
    /// not let in, and about those whose account is in its charge. The users that answer callouts are never asked about.
    mutating func afterLocal(_ outcome: Result<Principal, Refusal>, at moment: Moment) -> Step {
        guard let callout = local.callout, !isAnswering(callout, outcome), isInCharge(callout, of: outcome) else {
            switch outcome {
            case .success(let principal): return admit(principal)
            case .failure(let refusal): return refuse(refusal)
            }
        }
        let question = CalloutQuestion(
            account: .name(callout.account), subject: callout.issuer.text, xkey: callout.xkey,
            hasSignature: !(credentials.signature ?? "").isEmpty,
            user: credentials.claimedName ?? (credentials.hasSharedToken ? CalloutQuestion.redacted : ""),
            userName: claimant?.name ?? "")
        state = .waitingForCallout(
            CalloutState(question: question, account: nil, requiresProxy: outcome.failure == .proxyRequired))
        return .needs(.callout(question))
    }

    /// Asks whether somebody whom the configuration let in may stay under what it says now. A password that is stated
    /// otherwise is another one, whatever it was: what the client presented is not kept.
    ///
    /// - Returns: ``Step/admitted(_:)`` with the principal to go on as, maybe in another account, or
    ///   ``Step/refused(_:)``.
    public static func review(
        _ principal: Principal, facts: ConnectionFacts, trust: Trust, at moment: Moment
    ) -> Step {
        guard !trust.isOperatorMode else { return .refused(.unknownAccount) }
        var machine = Admission(PresentedCredentials(), facts: facts, trust: trust)
        let local = machine.local
        let user: LocalUser?
        switch principal.kind {
        case .none: return machine.start(at: moment)
        case .callout:
            if let proxy = principal.proxy, !trust.proxies.contains(proxy) { return .refused(.untrustedProxy) }
            return local.reviewCallout(principal) ?? .admitted(principal)
        case .nkey: user = principal.user.flatMap { local[$0] }
        case .password: user = local[principal.name] ?? local.single.flatMap { $0.name == principal.name ? $0 : nil }
        case .sharedToken: user = local.sharedToken
        case .certificate: user = facts.certificate?.user(in: local, type: facts.type)
        case .token, .sentinel: user = nil
        }
        guard let user else { return .refused(principal.kind == .nkey ? .unknownKey : .unknownUser) }
        guard user.password == principal.grant.password else { return .refused(.wrongPassword) }
        if let proxy = principal.proxy {
            guard trust.proxies.contains(proxy) else { return .refused(.untrustedProxy) }
            machine.proxy = proxy
        }
        return machine.finishLocal(user, principal.kind, at: moment)
    }

    /// Whether this is one of the users that answer callouts. Who was let in is who it has proved to be; only of somebody
    /// who was refused anyway does it count what they called themselves.
    private func isAnswering(_ callout: LocalCallout, _ outcome: Result<Principal, Refusal>) -> Bool {
        let proved = claimant?.name
        switch outcome {
        case .success: return proved.map(callout.users.contains) ?? false
        case .failure: return [credentials.claimedName, proved].contains { $0.map(callout.users.contains) ?? false }
        }
    }

    private func isInCharge(_ callout: LocalCallout, of outcome: Result<Principal, Refusal>) -> Bool {
        guard case .success(let principal) = outcome, !facts.type.isLeaf else { return true }
        // Who has no account of its own is everybody's.
        return principal.account == .global || callout.allowedAccounts.isEmpty
            || callout.allowedAccounts.contains(principal.account.text)
    }
}
