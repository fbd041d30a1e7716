import Broker
import FoundationEssentials
import Glibc

/// The files that tell programs about a running broker: its process number and its ports.
struct BrokerFiles {
    private let pidFile: String?
    private let portsFile: String?

    /// The file of the ports is named after the program, as nats-server's is: `chancery_1234.ports`.
    init(_ configuration: BrokerConfiguration) {
        pidFile = configuration.pidFile
        let program = CommandLine.arguments[0].split(separator: "/").last ?? "chancery"
        portsFile = configuration.portsFileDirectory.map { "\($0)/\(program)_\(getpid()).ports" }
    }

    func write(host: String, port: Int) throws(CommandFailure) {
        let shown = host.contains(":") ? "[\(host)]" : host
        // Without a line end: nats-server's own tools read the number with nothing behind it.
        for (file, content) in [
            (pidFile, "\(getpid())"), (portsFile, "{\"nats\":[\"nats://\(shown):\(port)\"]}"),
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
