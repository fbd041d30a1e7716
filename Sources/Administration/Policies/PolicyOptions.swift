/// What somebody allows a policy to do that it does not do by itself.
public struct PolicyOptions: Sendable, Hashable {
    /// Whether roles may vanish although similar ones appear.
    public var deletesRoles = false
    /// Whether what somebody revoked by hand may be signed anew, which is recorded.
    public var givesAgain = false

    public init() {}
}
