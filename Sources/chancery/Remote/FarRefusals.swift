import Administration
import Synchronization

/// Why commands do not act on a service.
enum FarRefusals {
    private static let seeds = "seeds stay where they are: the service hands out none that it keeps"
    private static let whole = "it works with the whole directory and its keyring, on the machine that has them"
    private static let operators = "operators are made where their seeds are kept"
    private static let servers = "the service brings changes to its servers by itself"
    private static let messages = "it is a NATS client with credentials that are kept beside the directory"

    /// By the words of the command.
    static let reasons: [String: String] = [
        "add operator": operators, "init": operators,
        "backup": whole, "restore": whole, "keyring rotate": whole, "keyring seal": whole, "keyring status": whole,
        "keyring unseal": whole, "fix": whole, "rename account": whole, "reissue operator": whole,
        "list keys": seeds, "export keys": seeds, "import keys": seeds,
        "sign": "what is signed by hand is signed where the seed is kept",
        "export nsc": seeds, "import nsc": whole, "import account": whole, "import user": whole,
        "push": servers, "pull": servers,
        "env": "it shows the folders of a directory on this machine; see \"chancery context show\"",
        "generate activation": "an activation is signed with the account's key, which the service keeps",
        "generate context": seeds, "generate profile": seeds,
    ]

    private static let command = Mutex<String>("")

    /// Notes the words of the command that runs, without the program's name.
    static func begin(_ words: [String]) {
        command.withLock { $0 = words.joined(separator: " ") }
    }

    /// Why the command that runs does not act on a service.
    static func error(_ address: ServiceAddress) -> AdministrationError {
        let words = command.withLock { $0 }
        let tool = words.hasPrefix("tool ") ? messages : nil
        let reason = reasons[words] ?? tool ?? "it works with a directory on this machine alone"
        return AdministrationError(
            .refused, "\"chancery \(words)\" does not act on the service at \(address.url): \(reason)",
            remedy: address.context == nil
                ? "run it beside the directory, without --server"
                : "run it beside the directory, with --all-dirs")
    }
}
