import Administration
import Claims

/// The door for nats-servers with a URL resolver: account tokens as text. Such servers cannot sign in, so whoever knows an
/// account's key reads what the account says; it is open only where somebody wants it.
enum ResolverOperations {
    static let all = [root, get]

    private static let root = Operation(
        id: "resolver.root", method: .get, path: PathTemplate("/jwt/v1/accounts/"),
        summary: "Whether account tokens can be fetched here: with `serve --resolver` alone.", requirement: .open,
        success: (200, nil),
        answers: "text/plain", handler: .read { _, _ in Answer(text: "") })

    private static let get = Operation(
        id: "resolver.get", method: .get, path: PathTemplate("/jwt/v1/accounts/{key}"),
        summary: "The current token of an account, with `serve --resolver` alone.", requirement: .open,
        success: (200, .text()),
        answers: "application/jwt",
        state: { exchange, reader in
            let entry = try find(exchange, reader)
            return Operation.State(exists: entry != nil, tag: entry?.version)
        },
        handler: .read { exchange, reader in
            guard let entry = try find(exchange, reader) else { throw Problem.notFound }
            return Answer(text: entry.token, tag: entry.version)
        })

    private static func find(_ exchange: Exchange, _ reader: DirectoryReader) throws -> AccountEntry? {
        try exchange.reference("key").publicKey.flatMap { try reader.accountEntry($0) }
    }
}
