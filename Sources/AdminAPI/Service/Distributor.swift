public import Administration
import Claims
public import NKeys

/// Brings accounts to the servers. What stands behind it is one road: the system account of whatever servers there are.
public protocol Distributor: Sendable {
    /// Brings the current tokens of accounts to every server, and has servers forget others; returns when each has
    /// answered, or did not in time, and when the connections that end with it are gone, or did not go in time.
    func bringIntoForce(
        _ accounts: [PublicKey], forgetting deleted: [PublicKey], cutting cuts: [ConnectionCut]
    ) async -> DistributionOutcome

    /// Has the service's own server take the current token of the operator. Other servers have it in their configuration.
    func reloadOperator() async

    /// Whether every server can be reached.
    func isReady() async -> Bool
}

/// What became of a change on the servers.
public struct DistributionOutcome: Sendable {
    /// What one server has of one account.
    public struct Server: Sendable {
        public enum State: String, Sendable {
            case inForce = "in_force"
            case refused
            case silent
            /// It has the change, and yet connections are there that it ends.
            case lingering
        }

        /// The server's name.
        public var server: String
        /// The account's public key.
        public var account: String
        public var state: State
        /// The server's words, where it refused.
        public var detail: String?
        /// How many connections are still there that the change ends; nil where it ends none, or the server did not say.
        public var connections: Int?

        public init(server: String, account: String, state: State, detail: String? = nil) {
            (self.server, self.account, self.state, self.detail) = (server, account, state, detail)
        }
    }

    /// Every answer, and every answer that did not come.
    public var servers: [Server]
    /// Why nobody could be asked; nil if somebody was.
    public var failure: String?

    public init(servers: [Server] = [], failure: String? = nil) {
        (self.servers, self.failure) = (servers, failure)
    }

    /// Whether every server has the change. Where none has to do with it, it is in force nowhere.
    public var isInForce: Bool { failure == nil && !servers.isEmpty && servers.allSatisfy { $0.state == .inForce } }

    /// Why it is not in force.
    var objection: String {
        if let failure { return "this step did not reach the servers: \(failure)" }
        let worst =
            servers.first { $0.state == .refused || $0.state == .silent } ?? servers.first { $0.state != .inForce }
        guard let worst else { return "this step did not reach any server" }
        let words = worst.detail ?? "it did not answer"
        let place = worst.server.isEmpty ? "" : "\(worst.server): "
        return worst.state == .lingering ? place + words : "this step did not reach every server: \(place)\(words)"
    }

    /// Adds what servers said last of the connections of an account that a change ends: all of those count that answered.
    public mutating func add(_ found: [LingeringConnections], of account: PublicKey) {
        for index in servers.indices where servers[index].account == account.text {
            let answer = found.first { $0.server == servers[index].server }
            servers[index].connections = answer?.count
            guard servers[index].state == .inForce, answer?.count != 0 else { continue }
            servers[index].state = answer == nil ? .silent : .lingering
            servers[index].detail = LingeringConnections.words(answer)
        }
    }

    /// What is said where no server has to do with an account.
    public static let nobodys = "no server has to do with it"

    /// - Parameter isShown: whether the reader may hear of an account, by its key.
    func json(isShown: (String) -> Bool) -> JSONValue {
        .members([
            "in_force": .bool(isInForce),
            "detail": (failure ?? (servers.isEmpty ? Self.nobodys : nil)).map { .string($0) },
            "servers": .array(
                servers.filter { isShown($0.account) }.map { server in
                    .members([
                        "server": .string(server.server), "account": .string(server.account),
                        "state": .string(server.state.rawValue), "detail": server.detail.map { .string($0) },
                        "connections": server.connections.map { .integer($0) },
                    ])
                }),
        ])
    }
}
