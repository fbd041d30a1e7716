import Broker
import FoundationEssentials
import Glibc
import NIOCore

/// The files that tell programs about a running broker: its process number and its ports.
struct BrokerFiles {
    private let pidFile: String?
    private let portsFile: String?
    /// How clients' addresses begin.
    private let scheme: String

    /// What the program was started as. Somebody who puts it in the place of `nats-server` looks for that name, in the
    /// version and in the name of the ports' file.
    static var program: String { CommandLine.arguments[0].split(separator: "/").last.map(String.init) ?? "chancery" }

    /// The file of the ports is named after the program, as nats-server's is: `chancery_1234.ports`.
    init(_ configuration: BrokerConfiguration) {
        pidFile = configuration.pidFile
        portsFile = configuration.portsFileDirectory.map { "\($0)/\(Self.program)_\(getpid()).ports" }
        scheme = configuration.tls != nil && !configuration.allowsPlainClients ? "tls" : "nats"
    }

    /// Writes both files. Without the ports' file the broker runs on, as nats-server does.
    func write(_ server: BrokerServer, _ log: BrokerLog) throws(CommandFailure) {
        try writeProcess()
        writePorts(server, log)
    }

    /// Takes the place of other files while the broker runs. What cannot be written is in the log.
    func replace(_ other: BrokerFiles, _ server: BrokerServer, _ log: BrokerLog) {
        if pidFile != other.pidFile {
            do { try writeProcess() } catch { log.write(.error, error.message) }
        }
        if portsFile != other.portsFile {
            other.remove()
            writePorts(server, log)
        }
    }

    private func writeProcess() throws(CommandFailure) {
        guard let pidFile else { return }
        // Without a line end: nats-server's own tools read the number with nothing behind it.
        do { try Data("\(getpid())".utf8).write(to: URL(filePath: pidFile)) } catch {
            throw CommandFailure(
                message: "Could not write pidfile: open \(pidFile): \(Self.reason())", remedy: "check the path")
        }
    }

    /// Why the last call of the system failed.
    private static func reason() -> String { String(cString: strerror(errno)).lowercased() }

    private func writePorts(_ server: BrokerServer, _ log: BrokerLog) {
        guard let portsFile else { return }
        var ports = "\"nats\":[\"\(scheme)://\(server.address.shown)\"]"
        if let webSocket = server.webSocket {
            ports += ",\"websocket\":[\"\(webSocket.isSecure ? "wss" : "ws")://\(webSocket.address.shown)\"]"
        }
        if let monitoring = server.monitoring {
            ports += ",\"monitoring\":[\"\(monitoring.isSecure ? "https" : "http")://\(monitoring.address.shown)\"]"
        }
        do { try Data("{\(ports)}".utf8).write(to: URL(filePath: portsFile)) } catch {
            log.write(.error, "Error writing ports file \(portsFile): it cannot be written")
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
