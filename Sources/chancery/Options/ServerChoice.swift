import Administration
import Messaging

/// Which server a command talks to.
enum ServerChoice {
    /// The server that was named, or else one that the operator's token names.
    ///
    /// - Parameter forPush: whether the operator's account server comes before its service URLs.
    static func address(
        _ given: String?, of entry: OperatorEntry, forPush: Bool = false
    ) throws -> ServerAddress {
        if let given { return try ServerAddress(first(given)) }
        let claims = try entry.urls()
        let candidates = (forPush ? [claims.accountServer] : []) + claims.services
        guard let url = candidates.first(where: { !$0.isEmpty }) else {
            throw AdministrationError(
                .noSelection, "it is not clear which server is meant",
                remedy: forPush
                    ? "name one with --account-jwt-server-url nats://host:port, here or for good with "
                        + "\"chancery edit operator\""
                    : "name one with --nats nats://host:port")
        }
        return try ServerAddress(url)
    }

    /// Of several servers between commas, the first one.
    private static func first(_ text: String) -> String {
        text.split(separator: ",").first.map(String.init) ?? text
    }
}
