public import Claims

/// A role as it is written into a scoped signing key.
public struct CompiledRole: Sendable {
    public let name: String
    /// The scope's template. Equal policies have equal templates, whatever the order and the words in the file.
    public let template: UserPermissionLimits
    /// What stands in the account's settings for it.
    public let settings: RoleSettings
    /// Where each entry of a list comes from, by its place in the template, such as `/pub/allow/0`.
    public let sources: [String: [PolicyPosition]]

    /// The template as it stands in claims.
    public func json() throws(ClaimsError) -> String {
        var claims = AccountClaims(subject: "")
        claims.setSigningKey(.scope(UserScope(key: "", role: name, template: template)))
        let text = try claims.json()
        let value = JSONValue(parsing: Array(text.utf8))
        return value?["nats"]?["signing_keys"]?.elements?.first?["template"]?.jsonText ?? "{}"
    }
}
