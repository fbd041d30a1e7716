import Logging
import NIOCore

/// Why the service does not run, with what to do about it.
enum ServeFailure {
    static func explained(_ error: any Error, listen: String) -> any Error {
        guard let error = error as? IOError else { return error }
        return CommandFailure(
            message: "the API cannot listen on \(listen): \(error.errnoCode == 98 ? "the port is in use" : "\(error)")",
            remedy: "choose another address with --listen, or end what listens there")
    }
}

/// A log for libraries whose words are not ours.
enum ServeLog {
    static let silent = Logger(label: "chancery", factory: { _ in SwiftLogNoOpLogHandler() })
}
