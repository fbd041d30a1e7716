public import Claims
import FoundationEssentials
import Messaging
public import NKeys

/// Whose connections a change ends.
public struct ConnectionCut: Sendable, Hashable {
    public let account: PublicKey
    /// The only user that is meant; nil for whoever the account does not admit any more.
    public let user: PublicKey?

    public init(_ account: PublicKey, user: PublicKey? = nil) {
        (self.account, self.user) = (account, user)
    }
}

/// Connections of one server that should be gone, and are not.
public struct LingeringConnections: Sendable, Hashable {
    /// The server's name, or its key if it has none.
    public let server: String
    /// How many there are at least.
    public internal(set) var count: Int
    let id: String
    var numbers: [UInt64]
}

extension LingeringConnections {
    /// What there is to say of a server that has a change; nil for one that did not say.
    public static func words(_ answer: LingeringConnections?) -> String {
        guard let answer else { return "the server did not say whether connections are gone" }
        return answer.count == 1
            ? "1 connection that should be gone is still there"
            : "\(answer.count) connections that should be gone are still there"
    }

    /// What servers said of several cuts, together: a server counts that answered for all cuts of an account.
    static func byAccount(_ found: [ConnectionCut: [LingeringConnections]]) -> [PublicKey: [LingeringConnections]] {
        Dictionary(found.map { ($0.account, $1) }) { one, other in
            one.compactMap { server in
                guard let more = other.first(where: { $0.id == server.id }) else { return nil }
                var both = server
                both.count += more.count
                both.numbers += more.numbers
                return both
            }
        }
    }
}

extension SystemConnection {
    /// The most connections that one answer names.
    private static let page = 1_024
    /// The most pages that are looked at; what is behind them counts as one that is still there.
    private static let mostPages = 16

    /// How long connections that changes end may take to go, and after which time servers are asked to end them.
    private static let cutTimeout = Duration.seconds(5), patience = Duration.seconds(1)

    /// Waits until every server says that the connections are gone which changes end. What does not go by itself, servers are
    /// asked to end.
    ///
    /// - Parameter claims: what an account says now; nil for one that was deleted.
    /// - Returns: by account what each server said last that answered for it.
    public func awaitEnd(
        of cuts: [ConnectionCut], _ claims: @Sendable (PublicKey) async throws -> AccountClaims?
    ) async throws -> [PublicKey: [LingeringConnections]] {
        let begin = ContinuousClock.now
        var pause = Duration.milliseconds(5)
        var found: [ConnectionCut: [LingeringConnections]] = [:]
        var waiting = cuts
        var isTold = false
        while true {
            for cut in waiting { found[cut] = try await lingering(cut, try await claims(cut.account)) }
            waiting.removeAll { cut in found[cut]?.contains { $0.count > 0 } != true }
            let passed = ContinuousClock.now - begin
            guard !waiting.isEmpty, passed < Self.cutTimeout else { break }
            if passed > Self.patience, !isTold {
                isTold = true
                for cut in waiting { try await end(found[cut] ?? []) }
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(200))
        }
        return LingeringConnections.byAccount(found)
    }

    /// The connections that an account no longer admits, on each server that answers, also where there are none.
    ///
    /// - Parameter claims: what the account says now; nil where it was deleted.
    public func lingering(_ cut: ConnectionCut, _ claims: AccountClaims?) async throws -> [LingeringConnections] {
        var found: [String: LingeringConnections] = [:]
        for page in 0..<Self.mostPages {
            var question: [String] = ["\"acc\":\"\(cut.account)\"", "\"auth\":true", "\"limit\":\(Self.page)"]
            question.append("\"offset\":\(page * Self.page)")
            if let user = cut.user { question.append("\"user\":\"\(user)\"") }
            let request = Array("{\(question.joined(separator: ","))}".utf8)
            var isFull = false
            for message in try await ask(ClaimsSubjects.connections, request) ?? [] {
                guard let answer = try? JSONDecoder().decode(ConnectionsAnswer.self, from: Data(message.payload)),
                    let id = answer.server?.id
                else { continue }
                let name = answer.server.called
                let connections = answer.data?.connections ?? []
                let numbers = connections.filter { !$0.isAdmitted(by: claims) }.compactMap(\.cid)
                let isLast = page == Self.mostPages - 1
                if connections.count >= Self.page { isFull = true }
                var known = found[id] ?? LingeringConnections(server: name, count: 0, id: id, numbers: [])
                known.numbers += numbers
                known.count += numbers.count + (isLast && connections.count >= Self.page ? 1 : 0)
                found[id] = known
            }
            guard isFull else { break }
        }
        return found.values.sorted { $0.id < $1.id }
    }

    /// Has servers end what should be gone.
    public func end(_ lingering: [LingeringConnections]) async throws {
        for server in lingering {
            for number in server.numbers {
                _ = try? await client.request(
                    ClaimsSubjects.kick.replacing("*", with: server.id), payload: Array("{\"cid\":\(number)}".utf8),
                    timeout: .milliseconds(500))
            }
        }
    }
}

/// What a server says of its connections.
private struct ConnectionsAnswer: Decodable {
    struct Connection: Decodable {
        var cid: UInt64?
        var authorized_user: String?
        var jwt: String?

        /// Whether an account admits it still. What the server does not tell of its token counts against it.
        func isAdmitted(by claims: AccountClaims?) -> Bool {
            guard let claims else { return false }
            if let jwt, let user = try? UserClaims.decode(jwt) {
                return claims.didSign(user) && !claims.isRevoked(user)
            }
            return authorized_user.map { claims.revocations.effectiveTime(of: $0) == nil } ?? true
        }
    }
    struct Page: Decodable {
        var connections: [Connection]?
    }

    var server: AnsweringServer?
    var data: Page?
}
