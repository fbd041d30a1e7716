import Claims

@testable import Policy

/// What a server has of some accounts at one moment.
struct Moment {
    var name = ""
    var claims: [String: AccountClaims]
    /// The roles whose answers go only to what whoever asks may subscribe to.
    var ownReplies: Set<String>
    /// Whether a step or a wave is done.
    var isWhole = true

    /// Gets the claims of an account after a step, or a wave of it.
    mutating func change(
        _ key: String, _ course: ApplyCourse, _ step: ApplyStep, wave: Int, _ old: AccountClaims?, _ replies: OwnReplies
    ) {
        claims[key] = step == .switch ? course.claims(of: key, in: wave) : course.claims(of: key, after: step)
        if step == .switch, course.getsRoles(key, in: wave) {
            // Answers that go anywhere from now on do so in the end.
            for role in claims[key]?.signingKeys.map(\.key) ?? [] {
                let isOld = old?.signingKey(role) != nil && replies.old.contains(role)
                ownReplies.remove(role)
                if replies.new.contains(role) || isOld { ownReplies.insert(role) }
            }
        }
        let hasRoles = step > .switch || step == .switch && course.hasRoles(key, after: wave)
        if !hasRoles { claims[key]?.forgetKeys(besides: old) }
    }
}

extension AccountClaims {
    /// Nobody has anything of a new key before its account gets its roles.
    fileprivate mutating func forgetKeys(besides old: AccountClaims?) {
        for entry in signingKeys where old?.signingKey(entry.key) == nil { removeSigningKey(entry.key) }
    }
}

extension ApplyCourse {
    fileprivate func hasRoles(_ key: String, after wave: Int) -> Bool {
        (0...wave).contains { getsRoles(key, in: $0) }
    }
}

/// Looks for what is at a moment and neither before a change nor after it, and for what is on both sides and not then.
struct MomentJudge {
    private let old: Reached
    private let new: Reached
    /// What is on both sides.
    private let both: Set<String>

    init(_ old: Moment, _ new: Moment) {
        (self.old, self.new) = (Reached(old), Reached(new))
        // That answers may go anywhere is there with the end alone.
        var early = new
        early.ownReplies.formUnion(old.ownReplies)
        both = self.old.all.intersection(Reached(early).all)
    }

    func faults(_ moment: Moment) -> (excess: Set<String>, missing: Set<String>) {
        let now = Reached(moment)
        return (now.access.subtracting(old.access).subtracting(new.access), both.subtracting(now.all))
    }

    private struct Reached {
        /// What single holders reach.
        let access: Set<String>
        /// The same, and every answer by which request it is, by whom, and for whom.
        let all: Set<String>

        init(_ moment: Moment) {
            let messages = MessageWalk.reached(moment.claims)
            let answers = AnswerWalk(moment.claims, moment.ownReplies, isBroker: true)
            let others = AnswerWalk(moment.claims, moment.ownReplies, isBroker: false)
            access = messages.union(answers.access).union(others.access)
            all = messages.union(answers.single).union(others.single)
        }
    }
}
