import Administration
import Claims
import Glibc
import Secrets

/// What a service needs before it can begin: an operator with a system account, and somebody who may sign in. What is
/// missing in a new directory is made, and the only token is printed.
struct FirstStart {
    private let directory: Directory
    private let name: String?
    private let tokenFile: String?

    /// - Parameter tokenFile: where the first token goes in place of stdout, which may be kept by a log.
    init(_ directory: Directory, operator name: String?, tokenFile: String?) {
        (self.directory, self.name, self.tokenFile) = (directory, name, tokenFile)
    }

    /// - Returns: the operator that the service is for.
    func prepare() throws -> OperatorEntry {
        let isNew = try directory.read { try $0.operators().isEmpty }
        if isNew {
            try directory.change("serve: first start") { change in
                var new = NewOperator(name: name ?? "operator")
                new.withSystemAccount = true
                new.withSigningKey = true
                try change.addOperator(new)
            }
            Console.say("made the operator \"\(name ?? "operator")\" with its system account SYS")
        }
        let entry = try directory.read { try $0.operator(name.map { EntityReference($0) }) }
        _ = try directory.read { try $0.systemAccount(of: entry) }
        if try entry.claims().strictSigningKeyUsage {
            // Without a key that may sign, nobody could sign in to the servers.
            try directory.change("serve: the operator requires signing keys") {
                _ = try $0.keepTrust(in: EntityReference(entry.publicKey))
            }
        }
        try makeToken()
        return entry
    }

    private func makeToken() throws {
        let secret = try directory.change("serve: first token") { change -> Secret? in
            guard try !change.reader.hasAccessTokens() else { return nil }
            return try change.addAccessToken(NewAccessToken(name: "first", grants: [AccessGrant(.systemAdmin)])).secret
        }.value
        guard let secret else { return }
        if let tokenFile {
            do {
                try PrivateFile.write(secret, to: tokenFile, replacing: false)
            } catch {
                throw CommandFailure(
                    message: "the first token is lost: \(error.message)",
                    remedy: "start with --socket FILE, and make another one there with POST /v1/tokens")
            }
            return Console.say("wrote a token for the API to \(tokenFile)")
        }
        Console.say("a token for the API, which is not shown again:")
        secret.withBytes { bytes in
            var line = Array(bytes) + [0x0A]
            _ = write(STDOUT_FILENO, line, line.count)
            for index in line.indices { line[index] = 0 }
        }
    }
}
