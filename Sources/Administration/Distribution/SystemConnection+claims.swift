import Claims
import FoundationEssentials
import Messaging
public import NKeys

/// The accounts that one server has.
public struct ServerAccounts: Sendable, Hashable {
    /// The server's name, or its key if it has none.
    public let server: String
    /// The keys of the accounts.
    public let accounts: Set<PublicKey>
}

/// How the token of an account here compares to the one that servers have.
public enum AccountComparison: String, Sendable, Hashable {
    /// They are the same.
    case same
    /// The one here was issued later.
    case newer
    /// The one here was issued earlier.
    case older
    /// They differ, and were issued in the same second.
    case different
    /// Servers have none.
    case missing
    /// It is not in the directory.
    case unknown

    init(here: String, there: String) throws(AdministrationError) {
        if here == there {
            self = .same
            return
        }
        let (here, there) = (try Change.decoded(here).claims.issuedAt, try Change.decoded(there).claims.issuedAt)
        self = here == there ? .different : here > there ? .newer : .older
    }

    /// Compares the token of an account of the directory to what servers have; nil where they have none.
    public static func of(_ account: AccountEntry, there token: String?) throws -> AccountComparison {
        try token.map { try AccountComparison(here: account.token, there: $0) } ?? .missing
    }
}

extension SystemConnection {
    /// The tokens that the servers have of every account; nil when they do not hand them out.
    ///
    /// One server sends everything it has at once. Where there are several, each is asked for each account, since they
    /// need not have the same.
    public func tokens() async throws -> [PublicKey: String]? {
        if serverCount == 1, let tokens = try await pack() { return tokens }
        guard let lists = try await lists() else { return try await pack() }
        return try await tokens(of: lists.reduce(into: Set()) { $0.formUnion($1.accounts) }.sorted())
    }

    /// The latest tokens that any server has of some accounts; nil when nobody tells.
    public func tokens(of accounts: [PublicKey]) async throws -> [PublicKey: String]? {
        guard let first = accounts.first else { return [:] }
        if serverCount == 1, accounts.count > 1, let tokens = try await pack() { return tokens }
        // Where nobody listens, one question is enough to find out.
        guard let answers = try await lookUp(first) else { return nil }
        let others = try await inFlight(Array(accounts.dropFirst()), { _ in }) { account in
            (account, Self.latest(try await lookUp(account) ?? []))
        }
        let found = ([(first, Self.latest(answers))] + others).compactMap { key, token in token.map { (key, $0) } }
        return Dictionary(found) { first, _ in first }
    }

    /// The latest token that any server has of an account; nil when they have none, or do not tell.
    public func token(of account: PublicKey) async throws -> String? {
        try await tokens(of: [account])?[account]
    }

    private func lookUp(_ account: PublicKey) async throws -> [String]? {
        try await ask(ClaimsSubjects.lookup.replacing("*", with: account.text))?.map(\.payload).filter { !$0.isEmpty }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The token with the highest `iat`. One that cannot be read counts as the earliest.
    private static func latest(_ tokens: [String]) -> String? {
        let dated = tokens.map { (token: $0, time: (try? Token.decode($0))?.claims.issuedAt ?? .min) }
        return dated.max { $0.time < $1.time }?.token
    }

    private func pack() async throws -> [PublicKey: String]? {
        guard let messages = try await series(ClaimsSubjects.pack) else { return nil }
        var tokens: [PublicKey: String] = [:]
        for message in messages {
            let parts = message.payload.split(separator: UInt8(ascii: "|"), maxSplits: 1)
            guard parts.count == 2, let key = try? PublicKey(bytes: parts[0]), key.kind == .account else { continue }
            tokens[key] = String(decoding: parts[1], as: UTF8.self)
        }
        return tokens
    }

    /// The accounts that each server has.
    public func accounts() async throws -> [ServerAccounts] {
        guard let lists = try await lists() else {
            throw AdministrationError(
                .distributionFailed, "the servers do not tell which accounts they have",
                remedy: "only servers that keep accounts in a folder do (\"generate config --nats-resolver\")")
        }
        guard lists.count >= serverCount else {
            throw AdministrationError(
                .distributionFailed, "\(lists.count) of \(serverCount) servers answered",
                remedy: "see whether the others are up, or give them more time with --timeout")
        }
        return lists
    }

    /// What each server that answers has; nil when none tells.
    private func lists() async throws -> [ServerAccounts]? {
        struct Answer: Decodable {
            var server: AnsweringServer?
            var data: [String]?
        }
        return try await ask(ClaimsSubjects.list)?.map { message in
            guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(message.payload)),
                let accounts = answer.data
            else {
                throw AdministrationError(
                    .distributionFailed, "a server's list of accounts cannot be read",
                    remedy: "see what versions the servers have")
            }
            return ServerAccounts(
                server: answer.server.called, accounts: Set(accounts.compactMap { try? PublicKey($0) }))
        }
    }
}
