public import NKeys

/// One member of `accounts`.
public struct AccountConfiguration: Sendable, Hashable {
    /// Limits of one account; nil for none.
    public struct Limits: Sendable, Hashable {
        /// Connections at a time; 0 lets none in.
        public var connections: Int?
        /// Subscriptions of one connection.
        public var subscriptions: Int?
        /// Bytes of one message.
        public var payload: Int?
        /// Leaf nodes, which this broker does not have.
        public var leafNodes: Int?

        public init() {}
    }

    /// `msg_trace`: where traces go that headers of a message ask for.
    public struct Tracing: Sendable, Hashable {
        public var destination: String
        /// Per cent of the messages, from 1 to 100.
        public var sampling: Int

        public init(destination: String, sampling: Int) {
            self.destination = destination
            self.sampling = sampling
        }
    }

    public var name: String
    /// A public account key that stands for the account.
    public var key: PublicKey?
    public var users: [UserConfiguration] = []
    /// For users without permissions of their own.
    public var defaultPermissions: PermissionsConfiguration?
    public var exports: [ExportConfiguration] = []
    public var imports: [ImportConfiguration] = []
    public var mappings: [MappingConfiguration] = []
    public var limits = Limits()
    public var tracing: Tracing?

    public init(name: String) {
        self.name = name
    }
}
