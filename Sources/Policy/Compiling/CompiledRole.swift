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
}
