/// What somebody allows a policy to do that it does not do by itself.
public struct PolicyOptions: Sendable, Hashable {
    /// Whether roles may vanish although similar ones appear.
    public var deletesRoles = false

    public init() {}
}
