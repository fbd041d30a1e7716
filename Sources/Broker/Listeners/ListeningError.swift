import Glibc
import NIOCore

/// An address that cannot be listened on.
public struct ListeningError: Error, Sendable, CustomStringConvertible {
    /// What would have been listened for.
    public enum Purpose: Sendable {
        case clients, webSockets, monitoring
    }

    public let purpose: Purpose
    /// As it was configured.
    public let host: String
    public let port: Int
    /// `bind: address already in use`, or `lookup nowhere.example: no such host`.
    public let reason: String

    init(_ purpose: Purpose, host: String, port: Int, _ error: any Error) {
        self.purpose = purpose
        self.host = host
        self.port = port
        switch error {
        case let error as IOError: reason = "bind: " + String(cString: strerror(error.errnoCode)).lowercased()
        case is SocketAddressError.UnknownHost: reason = "lookup \(host): no such host"
        default: reason = "\(error)"
        }
    }

    /// In nats-server's words.
    public var description: String {
        let place = BrokerServer.place(host, port)
        return switch purpose {
        case .clients: "Error listening on port: \(place), \"listen tcp \(place): \(reason)\""
        case .webSockets: "Unable to listen for websocket connections: listen tcp \(place): \(reason)"
        case .monitoring:
            "Can't start monitoring: can't listen to the monitor port: listen tcp \(place): \(reason)"
        }
    }
}
