public import Claims

/// A role as it is written into one scoped signing key of its account.
public struct CompiledRole: Sendable {
    /// What the key is called: the role's name; `a+b` for a user of several roles; `a@user` with that user's extras;
    /// `a:plant=berlin` for the key of one value (see ``values``).
    public let name: String
    /// The scope's template. Equal policies have equal templates, whatever the order and the words in the file.
    public let template: UserPermissionLimits
    /// What stands in the account's settings for it.
    public let settings: RoleSettings
    /// Where each entry of a list comes from, by its place in the template, such as `/pub/allow/0`.
    public let sources: [String: [PolicyPosition]]
    /// The role with everything that it includes put together.
    public let policy: RolePolicy
    /// What its templates are filled with already, by function such as `tag(plant)`: for a role whose rules no key with
    /// templates can say, which has one key for each of these. Empty for a role with a single key.
    public let values: [String: String]
    /// What it does with streams, key-value buckets and object stores.
    public let streamUses: [StreamUse]
    /// What its holders may do: what the template says, or the account's default permissions where it says nothing.
    public private(set) var permissions: Permissions
    /// Where each entry of these comes from, by its place in them.
    private(set) var permissionSources: [String: [PolicyPosition]]

    init(
        name: String, template: UserPermissionLimits, settings: RoleSettings, sources: [String: [PolicyPosition]],
        policy: RolePolicy, values: [String: String], streamUses: [StreamUse]
    ) {
        (self.name, self.template, self.settings, self.sources) = (name, template, settings, sources)
        (self.policy, self.values, self.streamUses) = (policy, values, streamUses)
        (permissions, permissionSources) = (template.permissions, sources)
    }

    /// The role in an account with default permissions.
    ///
    /// - Parameter places: where an entry of these stands, by its place in them.
    func under(_ defaults: Permissions, at places: (String) -> [PolicyPosition]) -> CompiledRole {
        guard template.permissions.isEmpty else { return self }
        var role = self
        role.permissions = defaults
        role.permissionSources = defaults.placed(places)
        return role
    }

    /// The template as it stands in claims.
    public func json() throws(ClaimsError) -> String {
        var claims = AccountClaims(subject: "")
        claims.setSigningKey(.scope(UserScope(key: "", role: name, template: template)))
        let text = try claims.json()
        let value = JSONValue(parsing: Array(text.utf8))
        return value?["nats"]?["signing_keys"]?.elements?.first?["template"]?.jsonText ?? "{}"
    }
}

extension Permissions {
    /// Where each entry stands, by its place in a template, such as `/pub/allow/0`.
    func placed(_ places: (String) -> [PolicyPosition]) -> [String: [PolicyPosition]] {
        var sources: [String: [PolicyPosition]] = [:]
        for (path, list) in [
            ("/pub/allow", publish.allow), ("/pub/deny", publish.deny), ("/sub/allow", subscribe.allow),
            ("/sub/deny", subscribe.deny),
        ] {
            for index in list.indices { sources["\(path)/\(index)"] = places("\(path)/\(index)") }
        }
        return sources
    }
}
