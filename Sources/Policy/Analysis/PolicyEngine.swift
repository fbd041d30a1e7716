/// Which server the answers are for: a few rules mean different things on different ones.
public enum PolicyEngine: String, Sendable, Hashable, CaseIterable {
    /// The embedded broker, with the account's settings.
    case chancery
    case natsServer = "nats-server"
}
