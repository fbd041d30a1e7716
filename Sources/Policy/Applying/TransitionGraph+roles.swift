import Claims
import Subjects

// What holders of roles may do before and after a change, each right with what it relies on.

extension TransitionGraph {
    /// What holders of one signing key may do on one side of the change alone, or on both.
    struct Right {
        let reliance: Reliance
        let publish: SubjectSet
        let receive: SubjectSet
    }

    /// Where somebody may have answers come to.
    struct Aim {
        let reliance: Reliance
        let subjects: SubjectSet
    }

    struct Role {
        let name: String
        let rights: [Right]
        let aims: [Aim]
        /// The same on servers where answers go anywhere, whatever the role says.
        let freeAims: [Aim]
        /// What leave to answer relies on, wherever answers go; nil without any.
        let responding: Reliance?
    }

    /// The roles of an account, each with what it has on both sides, on the old one alone and on the new one alone.
    func roles(of number: Int) throws(SubjectsTooLarge) -> [Role] {
        let account = accounts[number]
        let (old, new) = (Self.scopes(account.old), Self.scopes(account.new))
        var roles: [Role] = []
        for key in Set(old.keys).union(new.keys).sorted() {
            let role = try role(key, of: number, old[key], new[key])
            if !role.rights.isEmpty { roles.append(role) }
        }
        return roles
    }

    private func role(
        _ key: String, of number: Int, _ old: Scope?, _ new: Scope?
    ) throws(SubjectsTooLarge) -> Role {
        let isSame = old == new
        let before = try old.map(Self.bound) ?? .nothing
        let after = isSame ? before : try new.map(Self.bound) ?? .nothing
        let change = Change(part: part(.roles, of: number))
        let presence = change.reliance(old != nil, new != nil)
        return Role(
            name: (new ?? old)?.name ?? key, rights: try rights(change, before, after, isSame: isSame),
            aims: try aims(change, key, before, after, presence),
            freeAims: presence.map { [Aim(reliance: $0, subjects: .everything)] } ?? [],
            responding: change.reliance(before.mayRespond, after.mayRespond))
    }

    private func rights(
        _ change: Change, _ before: Bound, _ after: Bound, isSame: Bool
    ) throws(SubjectsTooLarge) -> [Right] {
        if isSame { return [Right(reliance: .nothing, publish: before.publish, receive: before.receive)] }
        let (publish, receive) = (
            try change.parts(before.publish, after.publish), try change.parts(before.receive, after.receive)
        )
        return zip(publish, receive).map { Right(reliance: $0.reliance, publish: $0.subjects, receive: $1.subjects) }
    }

    /// Settings come before claims, but answers that may go anywhere from now on come in the end.
    private func aims(
        _ change: Change, _ key: String, _ before: Bound, _ after: Bound, _ presence: Reliance?
    ) throws(SubjectsTooLarge) -> [Aim] {
        guard let presence else { return [] }
        let isOwn = (old: ownReplies.old.contains(key), new: ownReplies.new.contains(key))
        let waits = presence == .nothing && isOwn.old && !isOwn.new
        guard isOwn.old || isOwn.new else { return [Aim(reliance: presence, subjects: .everything)] }
        let old = isOwn.old || before.isNothing ? before.plain : .everything
        let new = isOwn.new || waits || after.isNothing ? after.plain : .everything
        let aims = try change.parts(old, new)
        guard waits else { return aims }
        let rest = try SubjectSet.everything.subtracting(new)
        return aims + [Aim(reliance: Reliance(coming: [.answers]), subjects: rest)]
    }

    // MARK: Claims

    /// A role of claims, or whoever a key without a role may sign for.
    struct Scope: Equatable {
        let name: String
        let permissions: Permissions

        static func == (one: Scope, other: Scope) -> Bool { one.permissions == other.permissions }
    }

    /// The roles of claims by their keys.
    static func scopes(_ claims: AccountClaims) -> [String: Scope] {
        var scopes: [String: Scope] = [:]
        for entry in claims.signingKeys {
            scopes[entry.key] =
                entry.scope.map { Scope(name: $0.role, permissions: claims.permissions(for: $0.template.permissions)) }
                ?? Scope(name: "", permissions: Permissions())
        }
        return scopes
    }

    /// What a role allows at most.
    private struct Bound {
        let publish: SubjectSet
        let receive: SubjectSet
        /// What it may subscribe to in no group.
        let plain: SubjectSet
        let mayRespond: Bool
        var isNothing = false

        static let nothing = Bound(
            publish: .nothing, receive: .nothing, plain: .nothing, mayRespond: false, isNothing: true)
    }

    private static func bound(_ scope: Scope) throws(SubjectsTooLarge) -> Bound {
        let role = AccessGraph.Role(
            name: "", account: 0, permissions: scope.permissions, replies: .own, tags: [], users: [], position: nil)
        let sets = try role.bound()
        return Bound(
            publish: sets.publish, receive: try sets.received(), plain: sets.subscribe, mayRespond: sets.mayRespond)
    }

    // MARK: Sides

    /// What becomes of something when one part is switched.
    private struct Change {
        let part: SwitchPart

        /// - Returns: nil for what is on no side.
        func reliance(_ old: Bool, _ new: Bool) -> Reliance? {
            switch (old, new) {
            case (true, true): .nothing
            case (true, false): Reliance(leaving: [part])
            case (false, true): Reliance(coming: [part])
            case (false, false): nil
            }
        }

        /// What both have, what goes, and what comes.
        func parts(_ old: SubjectSet, _ new: SubjectSet) throws(SubjectsTooLarge) -> [Aim] {
            [
                Aim(reliance: .nothing, subjects: try old.intersection(new)),
                Aim(reliance: Reliance(leaving: [part]), subjects: try old.subtracting(new)),
                Aim(reliance: Reliance(coming: [part]), subjects: try new.subtracting(old)),
            ]
        }
    }
}
