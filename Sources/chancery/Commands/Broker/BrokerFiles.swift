import Broker
import FoundationEssentials
import Glibc
import NIOCore

/// The files that tell programs about a running broker: its process number and its ports.
struct BrokerFiles {
    private let pidFile: String?
    private let portsFile: String?

    /// What the program was started as. Somebody who puts it in the place of `nats-server` looks for that name, in the
    /// version and in the name of the ports' file.
    static var program: String { CommandLine.arguments[0].split(separator: "/").last.map(String.init) ?? "chancery" }

    /// The file of the ports is named after the program, as nats-server's is: `chancery_1234.ports`.
    init(_ configuration: BrokerConfiguration) {
        pidFile = configuration.pidFile
        portsFile = configuration.portsFileDirectory.map { "\($0)/\(Self.program)_\(getpid()).ports" }
    }

    func write(_ server: BrokerServer) throws(CommandFailure) {
        var ports = "\"nats\":[\"nats://\(server.address.shown)\"]"
        if let webSocket = server.webSocket {
            ports += ",\"websocket\":[\"\(webSocket.isSecure ? "wss" : "ws")://\(webSocket.address.shown)\"]"
        }
        if let monitoring = server.monitoring {
            ports += ",\"monitoring\":[\"\(monitoring.isSecure ? "https" : "http")://\(monitoring.address.shown)\"]"
        }
        // Without a line end: nats-server's own tools read the number with nothing behind it.
        for (file, content) in [
            (pidFile, "\(getpid())"), (portsFile, "{\(ports)}"),
        ] {
            guard let file else { continue }
            do { try Data(content.utf8).write(to: URL(filePath: file)) } catch {
                throw CommandFailure(message: "\(file) cannot be written", remedy: "check the path")
            }
        }
    }

    /// The file with the process number stays, as nats-server's does.
    func remove() {
        if let portsFile { unlink(portsFile) }
    }
}

extension SocketAddress {
    /// `127.0.0.1:4222`, or `[::1]:4222`.
    var shown: String {
        let host = ipAddress ?? ""
        return "\(host.contains(":") ? "[\(host)]" : host):\(port ?? 0)"
    }
}
