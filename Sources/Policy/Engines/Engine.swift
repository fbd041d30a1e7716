/// A server whose rules compiled permissions have to fit.
public enum Engine: String, Sendable, Hashable, CaseIterable {
    /// Chancery's broker: the one decision of this project.
    case broker = "chancery"
    /// nats-server 2.15.1.
    case natsServer = "nats-server"
}
