import FoundationEssentials
public import Messaging
import NKeys

/// Brings account tokens to the servers of a system, over one connection to any one of them.
///
/// Every server answers each update. How many there are, the first one says, so waiting ends with the last answer and
/// not with a timeout.
public struct ClaimsPush: Sendable {
    /// What became of one account.
    public struct Outcome: Sendable {
        /// The account.
        public let account: AccountEntry
        /// What the servers answered, in the order in which they did.
        public let answers: [ClaimsAnswer]
        /// How many answers were expected.
        public let expected: Int

        /// Whether every server took the token.
        public var isComplete: Bool { answers.count >= expected && answers.allSatisfy(\.isAccepted) }
    }

    /// Servers that keep accounts in a folder listen here.
    static let updateSubject = "$SYS.REQ.CLAIMS.UPDATE"
    /// Servers with another resolver listen here, and take accounts that are in use.
    static let accountUpdateSubjects = "$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE"
    static let pingSubject = "$SYS.REQ.SERVER.PING.STATSZ"
    /// The inboxes of the user that pushes, which may listen to nothing else.
    static let inboxPrefix = "_INBOX_chancery_push"

    /// The server to connect to.
    public var address: ServerAddress
    /// A user of the system account.
    public var signIn: SignIn
    /// Whether that user was made by ``Change/systemSignIn(at:lifetime:)`` and has inboxes of its own.
    public var isTemporaryUser: Bool
    /// How long to wait for the servers' answers to one update.
    public var timeout: Duration

    public init(address: ServerAddress, signIn: SignIn, isTemporaryUser: Bool, timeout: Duration) {
        (self.address, self.signIn, self.isTemporaryUser, self.timeout) = (address, signIn, isTemporaryUser, timeout)
    }

    /// Pushes accounts one after the other.
    ///
    /// - Parameter progress: called after each account.
    /// - Throws: `ClientError` when the connection cannot be made or breaks.
    public func push(
        _ accounts: [AccountEntry], progress: (Outcome) throws -> Void = { _ in }
    ) async throws -> [Outcome] {
        var options = ClientOptions()
        options.name = "chancery push"
        if isTemporaryUser { options.inboxPrefix = Self.inboxPrefix }
        let client = try await Client.connect(
            to: address, credentials: .userJWT(signIn.token, signIn.keyPair), options: options)
        do {
            let expected = try await serverCount(client)
            var outcomes: [Outcome] = []
            for account in accounts {
                let answers = try await update(account, expecting: expected, client)
                let outcome = Outcome(
                    account: account, answers: answers.map { ClaimsAnswer(payload: $0.payload) }, expected: expected)
                outcomes.append(outcome)
                try progress(outcome)
            }
            await client.close()
            return outcomes
        } catch {
            await client.close()
            throw error
        }
    }

    /// Sends one token on the subject that somebody listens on.
    private func update(_ account: AccountEntry, expecting expected: Int, _ client: Client) async throws -> [Message] {
        let accountSubject = Self.accountUpdateSubjects.replacing("*", with: account.publicKey.text)
        for subject in [Self.updateSubject, accountSubject] {
            do throws(ClientError) {
                return try await client.requestMany(
                    subject, payload: Array(account.token.utf8), expecting: expected, timeout: timeout)
            } catch {
                let isUnheard = error.code == .noResponders
                if !isUnheard { throw error }
            }
        }
        throw AdministrationError(
            .distributionFailed, "the server does not take account tokens",
            remedy: "its configuration needs a resolver, and the user must belong to its system account")
    }

    /// How many servers share the system account, this one included. A server that does not say counts as the only one.
    private func serverCount(_ client: Client) async throws -> Int {
        struct Statistics: Decodable {
            struct Counts: Decodable {
                var active_servers: Int?
            }
            var statsz: Counts?
        }
        let answer: Message
        do throws(ClientError) {
            answer = try await client.request(Self.pingSubject, timeout: .seconds(1))
        } catch {
            let isSilent = [.noResponders, .timeout, .permissionsViolation].contains(error.code)
            if isSilent { return 1 }
            throw error
        }
        let statistics = try? JSONDecoder().decode(Statistics.self, from: Data(answer.payload))
        return max(1, statistics?.statsz?.active_servers ?? 1)
    }
}
