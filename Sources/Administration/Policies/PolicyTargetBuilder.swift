import Claims
import GRDB
import NKeys
import Policy

/// Works out what a set of policies makes of the accounts of a directory: makes the keys that are missing, signs the
/// activations, and notes what has to wait. Nothing that it does changes what anybody may do.
struct PolicyTargetBuilder {
    let change: Change
    let entry: OperatorEntry
    let set: PolicySet
    let options: PolicyOptions
    let hash: String

    /// An account of the set, with its row and what it is now.
    struct Member {
        let policy: PolicySet.Account
        let compiled: CompiledAccount
        let account: AccountEntry
        let present: GovernedState
        let claims: AccountClaims
        let isNew: Bool
        /// What the account has signed and its file does not grant any more.
        var withdrawn: [WithdrawnActivation] = []

        /// What the account exports once the policy is in force.
        func exports() throws(ClaimsError) -> [Export] {
            var claims = AccountClaims(subject: "")
            claims.exports = try compiled.exports(on: self.claims)
            claims.revoke(withdrawn)
            return claims.exports
        }
    }

    /// - Returns: what is now and what is to be, for every account of the set.
    func build() throws -> (before: GovernedStates, target: GovernedStates) {
        let members = try self.members()
        var (before, target) = (GovernedStates(), GovernedStates())
        var again: [String: [GivenAgain]] = [:]
        for member in members {
            before.accounts[member.account.publicKey.text] = member.present
            target.accounts[member.account.publicKey.text] = try state(of: member, among: members, &again)
        }
        for (exporter, items) in again { target.accounts[exporter]?.givenAgain = items }
        return (before, target)
    }

    // MARK: Accounts

    private func members() throws -> [Member] {
        let finder = try WithdrawalFinder(change, of: entry)
        let sources = SourceFinder(change.reader, [:])
        return try set.accounts.compactMap { policy in
            let name = policy.policy.account.value
            guard let compiled = set.compiled(name) else { return nil }
            let found = try change.reader.findAccount(EntityReference(name), of: entry)
            let account = try found ?? change.addPolicyAccount(name, of: entry)
            var present = try change.reader.presentState(of: account)
            if found == nil { present.claims = nil }
            var member = Member(
                policy: policy, compiled: compiled, account: account, present: present, claims: try account.claims(),
                isNew: found == nil)
            guard found != nil else { return member }
            member.withdrawn = try finder.withdrawn(
                by: account.publicKey, before: member.claims, to: member.exports(), policy: policy.policy,
                granted: sources.grants(of: present))
            return member
        }
    }

    /// - Parameter again: what is signed anew although somebody revoked it, by the exporter's key.
    private func state(
        of member: Member, among members: [Member], _ again: inout [String: [GivenAgain]]
    ) throws -> GovernedState {
        let roles = try self.roles(of: member)
        var keys = AccountKeys(account: member.account.publicKey.text)
        for role in roles { keys.roles[role.name] = role.publicKey }
        var requests: [ImportRequest] = []
        for item in member.compiled.imports {
            switch try ConsentFinder(builder: self, members: members).consent(to: item, of: member) {
            case .free(let exporter): keys.accounts[item.from] = exporter
            case .activation(let exporter, let token, let isGivenAgain):
                keys.accounts[item.from] = exporter
                keys.activations[item.identity] = token
                if isGivenAgain {
                    again[exporter, default: []].append(
                        GivenAgain(
                            importer: member.compiled.name, kind: item.claim.type.name, subject: item.claim.subject))
                }
            case .waits:
                requests.append(
                    ImportRequest(
                        importer: member.account.publicKey.text, exporter: item.from, kind: item.claim.type.name,
                        subject: item.claim.subject))
            }
        }
        var claims = try assembled(member, keys, without: requests)
        (claims.issuer, claims.issuedAt, claims.common.id) = ("", 0, "")
        var state = GovernedState(name: member.compiled.name)
        do { state.claims = try claims.json() } catch {
            throw AdministrationError(.invalidClaims, error.message, remedy: error.remedy)
        }
        var replies: [String: String] = [:]
        for role in member.compiled.roles {
            if let key = keys.roles[role.name] { replies[key] = role.settings.replies.rawValue }
        }
        for entry in claims.signingKeys where replies[entry.key] == nil {
            replies[entry.key] = member.present.replies?[entry.key]
        }
        state.replies = replies.isEmpty ? nil : replies
        state.roles = roles
        keepWhatIsLeft(of: member, in: &state)
        state.descriptions = member.compiled.descriptions
        if !member.compiled.description.isEmpty { state.descriptions["account"] = member.compiled.description }
        (state.texts, state.requests) = (hash, requests)
        state.withdrawn = member.withdrawn.isEmpty ? nil : member.withdrawn
        state.leaves = member.compiled.leave.texts
        state.sort()
        return state
    }

    /// Roles and users of earlier files that this one leaves alone go on as they are.
    private func keepWhatIsLeft(of member: Member, in state: inout GovernedState) {
        let (present, leave) = (member.present, member.compiled.leave)
        state.roles += present.roles.filter { role in
            leave.covers(.roles, role.name) && !state.roles.contains { $0.publicKey == role.publicKey }
        }.map { role in
            // What no file says holds for nobody.
            GovernedState.Role(name: role.name, publicKey: role.publicKey, description: role.description)
        }
        state.users = member.compiled.users
        state.users += present.users.filter { user in
            leave.covers(.users, user.name) && !state.users.contains { $0.name == user.name }
        }
    }

    /// The claims, without the imports that wait.
    private func assembled(
        _ member: Member, _ keys: AccountKeys, without requests: [ImportRequest]
    ) throws -> AccountClaims {
        do throws(ClaimsError) {
            var claims = try member.compiled.claims(keys, on: member.claims)
            claims.imports.removeAll { item in
                requests.contains {
                    $0.subject == item.subject && $0.kind == item.type.name
                        && keys.accounts[$0.exporter] == item.account
                }
            }
            return claims
        } catch {
            throw AdministrationError(.invalidClaims, error.message, remedy: error.remedy)
        }
    }

    // MARK: Roles

    /// Each role with its key: the one that it has, also under its old name, or a new one.
    private func roles(of member: Member) throws -> [GovernedState.Role] {
        let known = Self.keys(of: member)
        let naming = RoleNaming(of: member.compiled.roles, in: member.policy.policy, known: Set(known.keys))
        try checkVanishing(member, known, naming)
        return try member.compiled.roles.map { role in
            let key =
                try naming.old[role.name].flatMap { known[$0] }
                ?? change.makeKey(.account, purpose: .role, role: role.name, owner: member.account.publicKey)
                .publicKey.text
            return GovernedState.Role(
                name: role.name, publicKey: key, description: member.compiled.descriptions["role \(role.name)"] ?? "",
                terms: member.compiled.terms(of: role))
        }
    }

    /// The keys of roles by their names, from the directory's rows or else from claims that were made by hand.
    private static func keys(of member: Member) -> [String: String] {
        var keys: [String: String] = [:]
        for scope in member.claims.signingKeys.compactMap(\.scope) where !scope.role.isEmpty && keys[scope.role] == nil
        {
            keys[scope.role] = scope.key
        }
        for role in member.present.roles { keys[role.name] = role.publicKey }
        return keys
    }

    /// A role that vanishes while a similar one appears has most likely been renamed, and its holders would lose everything.
    /// So has one that vanishes while another says that it was called something that is not there.
    private func checkVanishing(_ member: Member, _ known: [String: String], _ naming: RoleNaming) throws {
        guard !options.deletesRoles else { return }
        let name = member.compiled.name
        let gone = naming.vanishing.filter { !member.compiled.leave.covers(.roles, $0.role) }
        guard let first = gone.first else { return }
        func refuse(_ text: String, remedy: String) -> AdministrationError {
            AdministrationError(.refused, text, remedy: remedy)
        }
        if let vain = naming.vain.first {
            let (role, was) = (vain.role, vain.was)
            let other = gone.first { $0.role == was } ?? first
            throw refuse(
                "\(role) of \(name) takes nothing over from \(was), since "
                    + (vain.isThere ? "it is there itself already" : "there is no such role")
                    + ", and the role \"\(other.role)\" vanishes",
                remedy: vain.isThere
                    ? "take was: \(was) out of \(role) and say --delete-roles if \(other.role) is to go"
                    : "write was: \(other.role) if it was renamed, or say --delete-roles if not")
        }
        for role in gone {
            let scopes = member.claims.signingKeys.compactMap(\.scope)
            let scope = scopes.first { scope in role.names.contains { scope.key == known[$0] } }
            let similar = member.compiled.roles.first {
                naming.isNew($0) && $0.isSimilar(to: role.role, scope?.template)
            }
            guard let similar else { continue }
            let new = similar.policy.name
            guard new != role.role else {
                throw refuse(
                    "the role \"\(new)\" of \(name) gets a key for each value of its tags, and the one key that it has goes, "
                        + "with what everybody holds by it",
                    remedy: "say --delete-roles if that is meant, and give its users new credentials then")
            }
            throw refuse(
                "the role \"\(role.role)\" of \(name) vanishes, and the similar role \"\(new)\" is new",
                remedy: "write was: \(role.role) into \(new) if it was renamed, or say --delete-roles if not")
        }
    }
}

extension Change {
    /// An account that a file names and that is not there: it may do nothing until the file is in force.
    fileprivate func addPolicyAccount(_ name: String, of entry: OperatorEntry) throws -> AccountEntry {
        let name = try EntityName.made(name, for: "an account")
        let key = try identity(.account, given: nil, owner: entry.publicKey)
        var claims = AccountClaims(subject: key.text, name: name)
        claims.defaultPermissions = .nothing
        return try insert(claims, key, of: entry, signer: .automatic)
    }
}
