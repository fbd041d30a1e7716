import Authorization
import Claims

/// What would be too large for servers, and what comes near.
enum RoleSizes {
    /// The largest account token that is read, bytes.
    private static let largestToken = 1 << 20
    /// The longest line of a client that servers read unless they are told otherwise, bytes.
    private static let longestLine = 4_096

    static func problems(of policy: AccountPolicy, _ keys: RoleKeys, _ source: PolicySource) -> [PolicyProblem] {
        account(policy, keys, source) + lists(keys, source) + programs(keys, source) + lines(policy, source)
    }

    /// The token is the claims in base64, four characters for three bytes.
    private static func account(
        _ policy: AccountPolicy, _ keys: RoleKeys, _ source: PolicySource
    ) -> [PolicyProblem] {
        // A scope is its key, its role and these lists; the rest of the claims is small beside them.
        let claims = keys.compiled.values.reduce(2_000) { $0 + $1.template.permissions.size + $1.name.utf8.count + 250 }
        let size = claims / 3 * 4
        guard size > largestToken / 4 * 3 else { return [] }
        let isOver = size > largestToken
        return [
            PolicyProblem(
                .tooLarge, isOver ? .error : .warning, at: policy.account.position, in: source,
                "the account's token has about \(size / 1024) KiB, and servers read \(largestToken / 1024)",
                remedy: "write fewer rules with wildcards, or divide the account")
        ]
    }

    /// Where tags fill a list, servers count everything that it comes to.
    private static func lists(_ keys: RoleKeys, _ source: PolicySource) -> [PolicyProblem] {
        keys.compiled.values.sorted { $0.name < $1.name }.flatMap { role -> [PolicyProblem] in
            let permissions = role.template.permissions
            let lists = [
                permissions.publish.allow, permissions.publish.deny, permissions.subscribe.allow,
                permissions.subscribe.deny,
            ]
            return lists.filter {
                $0.count > PermissionTemplate.maximumExpansions
                    && $0.contains { $0.utf8.contains(UInt8(ascii: "{")) && $0.contains("tag(") }
            }
            .map { list in
                PolicyProblem(
                    .tooLarge, at: role.policy.position, in: source,
                    "a list of \(role.name) comes to \(list.count) subjects, and where tags fill a list servers take "
                        + "\(PermissionTemplate.maximumExpansions)",
                    remedy: "write fewer rules with wildcards, or make two roles of it")
            }
        }
    }

    /// Under rules that take too many steps to decide on, the broker lets nobody in.
    private static func programs(_ keys: RoleKeys, _ source: PolicySource) -> [PolicyProblem] {
        var told: Set<String> = []
        return keys.compiled.values.sorted { $0.name < $1.name }.compactMap { role in
            // Keys for single values have the same rules.
            guard let fault = role.complexity, told.insert(role.policy.name).inserted else { return nil }
            return PolicyProblem(
                .tooLarge, at: role.place(of: fault), in: source,
                "the broker would let nobody in as \(role.name): \(fault)",
                remedy: "write rules that begin with literals, or divide the role")
        }
    }

    /// What a client sends to sign in: its token, and the signature.
    private static func lines(_ policy: AccountPolicy, _ source: PolicySource) -> [PolicyProblem] {
        policy.users.compactMap { user in
            let tags = user.tags.reduce(0) { $0 + $1.name.utf8.count + $1.value.value.utf8.count + 4 }
            // Keys, times and hashes are as long in every token of a scoped user.
            let line = (480 + user.name.utf8.count + tags) / 3 * 4 + 500
            guard line > longestLine else { return nil }
            return PolicyProblem(
                .tooLarge, .warning, at: user.position, in: source,
                "\(user.name) would sign in with a line of about \(line) bytes, and servers read \(longestLine)",
                remedy: "give it fewer or shorter tags, or raise max_control_line")
        }
    }
}

extension Permissions {
    /// Bytes of the entries as JSON.
    fileprivate var size: Int {
        [publish.allow, publish.deny, subscribe.allow, subscribe.deny].joined().reduce(0) { $0 + $1.utf8.count + 3 }
    }
}

extension Permissions {
    /// Whether a decision cannot take too many steps, since there are not as many tokens to step to, nor too many functions: so
    /// that nearly all roles need not be compiled to know it.
    fileprivate var isSmall: Bool {
        let lists = [publish.allow, publish.deny, subscribe.allow, subscribe.deny]
        let functions = lists.joined().map { $0.utf8.count { $0 == UInt8(ascii: "{") } / 2 }
        return lists.allSatisfy { list in
            list.reduce(0) { $0 + 2 + $1.utf8.count { $0 == UInt8(ascii: ".") } } < ProgramLimits.maximumSteps
                && list.allSatisfy { $0.utf8.count <= ProgramLimits.maximumTokenLength }
        } && functions.allSatisfy { $0 <= ProgramLimits.maximumTemplates }
            && functions.reduce(0, +) <= ProgramLimits.maximumFunctions
    }
}

extension CompiledRole {
    /// Why the broker lets nobody in under the role, whoever holds it; nil where it does.
    var complexity: ProgramFault? {
        guard !permissions.isSmall else { return nil }
        do throws(ProgramFault) { _ = try PermissionProgram(permissions, account: anybody) } catch {
            return error.refusal == .permissionsTooComplex ? error : nil
        }
        return nil
    }

    fileprivate func place(of fault: ProgramFault) -> PolicyPosition {
        let place: PolicyPosition? =
            switch fault {
            case .tooManySteps(.publishAllow), .tooManySteps(.publishDeny): policy.publish.position
            case .tooManySteps: policy.subscribe.position
            default: nil
            }
        return place ?? policy.position
    }
}
