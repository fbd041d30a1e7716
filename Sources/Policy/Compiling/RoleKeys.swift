import Claims

/// The keys that an account's roles come to, and who holds which.
struct RoleKeys: Sendable {
    /// Each key, by its name.
    var compiled: [String: CompiledRole] = [:]
    /// Each role with what it includes, by name; those of users' combinations among them.
    var composed: [String: RolePolicy] = [:]
    /// The names of the roles that only users' combinations come to.
    var derived: [String] = []
    /// The functions whose values a role has a key for each of, for roles that have no single one.
    var functions: [String: [String]] = [:]
    /// The role that a user's roles and extras come to.
    var roleOfUser: [String: String] = [:]
    /// What holders of a role that says nothing may do, and who has none.
    var defaultPermissions = Permissions()

    /// `press:plant=berlin`
    static func name(of role: String, _ values: [String: String]) -> String {
        let parts = values.sorted { $0.key < $1.key }.map { function, value in
            let tag = function.hasPrefix("tag(") ? String(function.dropFirst(4).dropLast()) : function
            return "\(tag)=\(value)"
        }
        return "\(role):\(parts.joined(separator: ","))"
    }

    /// What a user's name and tags fill a function with.
    static func value(of function: String, name: String, _ tags: [String: String]) -> String? {
        function == "name()" ? name : tags.first { "tag(\($0.key))" == function }?.value
    }

    /// The key for somebody who holds a role; nil where there is none for these values.
    func key(of role: String, name: String, tags: [String: String]) -> CompiledRole? {
        guard let functions = functions[role] else { return compiled[role] }
        var values: [String: String] = [:]
        for function in functions { values[function] = Self.value(of: function, name: name, tags) }
        return compiled[Self.name(of: role, values)]
    }
}

extension PolicySet.Account {
    /// Every key of the account's roles by its name, which is the role's for a role with a single one.
    public var roles: [String: CompiledRole] { keys.compiled }

    /// The names of the roles that users of several roles, and those with extras, come to.
    public var derivedRoles: [String] { keys.derived }

    /// The key that a user of the file is signed with; nil for a user whose roles are wrong.
    public func role(of user: UserPolicy) -> CompiledRole? {
        keys.roleOfUser[user.name].flatMap { keys.key(of: $0, name: user.name, tags: user.values) }
    }

    /// The key that somebody with a role of the file is signed with; nil where there is no such role, or no key for these
    /// values.
    public func role(_ role: String, heldBy name: String, tags: [String: String]) -> CompiledRole? {
        keys.key(of: role, name: name, tags: tags)
    }

    /// A role of the file, or one that users come to, with everything that it includes.
    public func composedRole(_ name: String) -> RolePolicy? { keys.composed[name] }

    /// All that a user of the file has, put together.
    public func composedRole(of user: UserPolicy) -> RolePolicy? {
        keys.roleOfUser[user.name].flatMap { keys.composed[$0] }
    }
}
