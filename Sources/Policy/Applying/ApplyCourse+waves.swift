public import Claims

// The switch, account by account, or part by part.

extension ApplyCourse {
    /// The accounts that a step changes one after the other, each wave on every server before the next begins.
    ///
    /// Answers go anywhere, where a role says so from now on, only when the last step has taken old exports away: nobody who
    /// may ask something by one has the answer come where it could not.
    public func waves(of step: ApplyStep) -> [[String]] {
        if step == .switch { return waves }
        let keys = new.keys.sorted()
        return step == .narrow && isAnyAnswerFreed ? [keys, keys] : [keys]
    }

    private var isAnyAnswerFreed: Bool {
        let freed = ownReplies.old.subtracting(ownReplies.new)
        return !freed.isEmpty && new.values.contains { $0.signingKeys.contains { freed.contains($0.key) } }
    }

    /// The accounts in the order in which they are switched: what one wave changes is on every server before the next
    /// begins. An account that is switched in parts is in several of them.
    public var waves: [[String]] {
        let keys = new.keys.sorted()
        return (0..<order.count).map { wave in keys.filter { isSwitched($0, in: wave) } }
    }

    /// Whether this is the wave in which an account gets its roles, with its users, settings and limits.
    public func getsRoles(_ key: String, in wave: Int) -> Bool { order.wave(of: .roles, of: key) == wave }

    private func isSwitched(_ key: String, in wave: Int) -> Bool {
        getsRoles(key, in: wave) || order.isParted(key) && claims(of: key, in: wave) != claims(of: key, in: wave - 1)
    }

    /// The claims of an account while the others of a wave are switched with it, or after that; before the first wave
    /// those of the step before.
    public func claims(of key: String, in wave: Int) -> AccountClaims? {
        let switched = SwitchPart.Aspect.parts.filter { order.wave(of: $0, of: key) <= wave }
        if switched.isEmpty { return claims(of: key, after: .widen) }
        if switched.count == SwitchPart.Aspect.parts.count { return claims(of: key, after: .switch) }
        guard let old = activated[key], let new = new[key] else { return nil }
        var claims = claims(of: key, after: switched.contains(.roles) ? .switch : .widen)
        claims?.take(Set(switched), from: old, to: new)
        return claims
    }

    /// Whether an account has already what it gets in a later wave than this one.
    ///
    /// - Parameters:
    ///   - present: what it has.
    ///   - keeping: what the claims of a wave are where nothing is taken from what is kept of the present ones.
    public func isBeyond(
        _ wave: Int, _ present: AccountClaims, of key: String, keeping: (AccountClaims) -> AccountClaims
    ) -> Bool {
        order.isParted(key)
            && waves.indices.dropFirst(wave + 1).contains { later in
                claims(of: key, in: later).map { keeping($0) == present } ?? false
            }
    }
}
