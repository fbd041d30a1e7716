/// What of an account is put on record.
public struct AuditPolicy: Sendable, Hashable {
    /// Patterns of subjects whose allowed use is recorded too.
    public var allowed: [PolicySubject] = []
    /// Per cent of what is allowed.
    public var sample: Placed<Int>?
    /// What is not let through where it cannot be recorded.
    public var required: [Placed<Event>] = []
    /// Patterns whose tokens in `{*}` are not recorded.
    public var hidden: [Placed<String>] = []
    /// How many bits of an address are recorded; nil for all.
    public var addressBits: Placed<Int>?
    public let position: PolicyPosition

    public enum Event: String, Sendable, Hashable, CaseIterable {
        case connect, denied, allowed
    }

    init(position: PolicyPosition) {
        self.position = position
    }
}
