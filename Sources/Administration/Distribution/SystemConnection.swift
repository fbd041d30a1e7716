import FoundationEssentials
public import Messaging
import NKeys
import Wire

/// A connection to one server as a user of the system account, through which all servers of a system are reached.
///
/// Every server answers for itself. How many there are, the first one says, so waiting ends with the last answer and
/// not with a timeout.
public struct SystemConnection: Sendable {
    let client: Client
    /// How many servers are expected to answer.
    public let serverCount: Int
    /// The servers by their names, where somebody keeps an eye on them: then those that are gone are expected, and not waited
    /// for.
    public var roster: ServerRoster?
    /// How long to wait for the servers' answers to one request.
    let timeout: Duration
    private let inboxPrefix: String

    /// Connects, and asks how many servers there are.
    ///
    /// - Parameters:
    ///   - signIn: a user of the system account.
    ///   - isTemporaryUser: whether that user was made by ``Change/systemSignIn(at:for:lifetime:)`` and has inboxes of
    ///     its own.
    ///   - timeout: how long to wait for the servers' answers to one request.
    ///   - tls: how the connection is made secret.
    /// - Throws: `ClientError` when the connection cannot be made.
    public static func open(
        _ address: ServerAddress, as signIn: SignIn, isTemporaryUser: Bool, timeout: Duration,
        tls: TLSOptions = TLSOptions()
    ) async throws -> SystemConnection {
        var options = ClientOptions()
        options.name = "chancery push"
        options.tls = tls
        if isTemporaryUser { options.inboxPrefix = ClaimsSubjects.inboxPrefix }
        let client = try await Client.connect(
            to: address, credentials: .userJWT(signIn.token, signIn.keyPair), options: options)
        do {
            return SystemConnection(
                client: client, serverCount: try await countServers(client), timeout: timeout,
                inboxPrefix: options.inboxPrefix)
        } catch {
            await client.close()
            throw error
        }
    }

    /// Closes the connection.
    public func close() async {
        await client.close()
    }

    /// Asks every server, and collects what they answer; nil when nobody listens.
    func ask(
        _ subject: String, _ payload: [UInt8] = [], _ headers: Headers = Headers()
    ) async throws(ClientError) -> [Message]? {
        do {
            return try await client.requestMany(
                subject, payload: payload, headers: headers, expecting: max(1, roster?.present.count ?? serverCount),
                timeout: timeout)
        } catch {
            let isUnheard = error.code == .noResponders
            if isUnheard { return nil }
            throw error
        }
    }

    /// Asks one server for a series of messages that an empty one ends; nil when there are none. When nobody listens,
    /// the server's answer to that is empty, too.
    ///
    /// - Throws: `ClientError`, or ``AdministrationError`` of code `distributionFailed` if the series stops before its
    ///   end.
    func series(_ subject: String) async throws -> [Message]? {
        let inbox = "\(inboxPrefix).series.\(UInt64.random(in: 0...UInt64.max))"
        let subscription = try await client.subscribe(inbox, bufferLimit: Self.longestSeries)
        try await client.publish(subject, reply: inbox)
        let alarm = Task {
            try await Task.sleep(for: timeout)
            await subscription.unsubscribe()
        }
        defer { alarm.cancel() }
        var messages: [Message] = []
        for try await message in subscription {
            if message.payload.isEmpty { return messages.isEmpty ? nil : messages }
            messages.append(message)
        }
        throw AdministrationError(
            .distributionFailed, "the server did not send all of its accounts within \(timeout)",
            remedy: "try again with a longer --timeout")
    }

    /// More accounts than any server has.
    private static let longestSeries = 1 << 22

    /// How long servers may take to say that they are there.
    private static let rollCall = Duration.seconds(2)

    /// The servers that say that they are there, and how many there are in their words.
    public func present() async throws -> (servers: [PresentServer], count: Int) {
        struct Answer: Decodable {
            var server: AnsweringServer?
        }
        let count = try await Self.countServers(client)
        let answers = try await client.requestMany(ClaimsSubjects.ping, expecting: count, timeout: Self.rollCall)
        var servers: [String: PresentServer] = [:]
        for message in answers {
            let answer = try? JSONDecoder().decode(Answer.self, from: Data(message.payload))
            guard let server = answer?.server, let name = server.called else { continue }
            servers[name] = PresentServer(name: name, id: server.id ?? name)
        }
        return (servers.values.sorted { $0.name < $1.name }, count)
    }

    /// How many servers share the system account, this one included. A server that does not say counts as the only one.
    private static func countServers(_ client: Client) async throws -> Int {
        struct Statistics: Decodable {
            struct Counts: Decodable {
                var active_servers: Int?
            }
            var statsz: Counts?
        }
        let answer: Message
        do throws(ClientError) {
            answer = try await client.request(ClaimsSubjects.ping, timeout: .seconds(1))
        } catch {
            let isSilent = [.noResponders, .timeout, .permissionsViolation].contains(error.code)
            if isSilent { return 1 }
            throw error
        }
        let statistics = try? JSONDecoder().decode(Statistics.self, from: Data(answer.payload))
        return max(1, statistics?.statsz?.active_servers ?? 1)
    }
}
