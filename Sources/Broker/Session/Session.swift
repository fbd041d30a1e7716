import Authorization
import Claims
import NIOCore
import NKeys
import Subjects
import Wire

/// One client connection: what it may do, what it asked for, what waits to be sent to it. Confined to its shard's loop.
final class Session {
    enum State {
        /// Connected, nothing presented yet.
        case awaitingConnect
        /// CONNECT was received and is being decided on; nothing else is read meanwhile.
        case signingIn
        case active
        /// The last words are on their way; what still comes in is thrown away.
        case closing
        case closed
    }

    /// The server's number for the connection.
    let id: UInt64
    let shard: Shard
    let channel: any Channel
    let listener: Listener
    let remoteAddress: String?
    let remotePort: Int
    /// What came with the request for a WebSocket.
    private let arrival: WebSocketRules.Arrival?
    private(set) var facts: ConnectionFacts
    /// Whether the TLS handshake has not ended yet: until then nothing is asked of the client here.
    private(set) var isSecuring: Bool
    /// What TLS came to; nil without.
    private(set) var security: ClientSecurity?
    var state = State.awaitingConnect

    // MARK: Who it is
    var options = ConnectOptions()
    /// Whose credential was presented last.
    var claimant: Claimant?
    /// What the credential was found good under.
    var basis = AdmissionBasis(generation: 0)
    /// Whether it is CONNECT that is decided on, which gets an answer.
    var answersConnect = true
    /// What the client subscribed to before its first CONNECT, where it came in without one: it stays.
    var earlierSubscriptions: [Subscription] = []
    /// The account that is being fetched for signing in, and where to go on.
    var wantedAccount: (key: PublicKey, machine: Admission, secrets: PresentedSecrets)?
    /// The question to an authentication callout that the sign-in waits for.
    var openCallout: OpenCallout?
    /// What was asked of one, while signing in, and what it said when it refused.
    var calloutQuestion: CalloutQuestion?
    var calloutWords = ""
    var client: Client?
    /// Terms on which delivered requests may be answered; nil where the publish lists alone say.
    var responseTerms: ResponseTerms?
    var account: Account?
    var subscriptions: [[UInt8]: Subscription] = [:]
    var credits = ReplyCredits()
    /// What went over the connection, and what had before it entered its account. Counted where nothing else has a hold
    /// of it, so that need not be checked for every message.
    @exclusivity(unchecked) var traffic = Traffic()
    var trafficBefore = Traffic()

    // MARK: Input
    var parser: CommandParser
    /// Input that is not a whole command yet, or that has to wait.
    var carry = ByteBuffer()
    /// How much of it there has to be before it is worth looking again.
    var carryNeeded = 0
    /// Whether a pedantic client has been told of the subject of the publish that is under way.
    var hasJudgedSubject = false
    /// Whether the client has finished sending, while something of what it sent still waits.
    var isFinishing = false
    /// Whether the socket is read from.
    var isReading = true
    /// Whether the client's commands wait until receivers have had time to catch up, and how often they have in the
    /// present read.
    var isStalled = false
    var stalls = 0
    /// Whether the client's commands wait until other shards have caught up.
    var isWaiting = false
    /// How many of the server's services have not answered the client's requests yet; its commands wait for them.
    var awaitedServices = 0

    /// Whether the log shows what goes over the connection. Looked at for every command and delivery.
    var isTraced: Bool

    // MARK: Output
    var output: SessionOutput
    var isUnflushed = false

    // MARK: Time
    /// Unix nanoseconds.
    let startedAt: Int64
    /// When the client was last expected to sign in.
    var signInSince: Int64
    var lastInput: Int64
    /// When the client was last looked at for a PING.
    var lastPing: Int64
    var unansweredPings = 0
    /// When the PING was sent whose answer is still to come; 0 for none.
    var pingedAt: Int64 = 0
    /// How long the client takes to answer, nanoseconds: until it was first measured, the time from the greeting to
    /// CONNECT; 0 before that.
    var roundTrip: Int64 = 0
    /// When a PING was last sent to measure it; 0 for never.
    var measuredAt: Int64 = 0
    var closingSince: Int64 = 0
    /// What went wrong with the socket, if anything did.
    var failure: ClosedState?
    /// Why and when the connection ended or is about to; nil while it goes on.
    var ending: (state: ClosedState, at: Int64)?
    /// Whether the sink knows that it ended.
    var isDepartureRecorded = false
    /// How many more lines the log takes of it.
    var logAllowance = LogAllowance()
    /// Whether the first PING after CONNECT has been answered: with the account's particulars, if the client understands
    /// them.
    var hasAnsweredPing = false

    init(id: UInt64, shard: Shard, channel: any Channel, listener: Listener, entrance: Entrance) {
        self.id = id
        self.shard = shard
        self.channel = channel
        self.listener = listener
        let context = shard.context
        let now = context.monotonicNow
        let address = entrance.source.map(\.address) ?? channel.remoteAddress?.networkAddress
        remoteAddress = entrance.source.map(\.text) ?? channel.remoteAddress?.ipAddress
        remotePort = channel.remoteAddress?.port ?? 0
        facts = ConnectionFacts(
            type: listener.type, address: address, nonce: Nonce.random(), certificate: entrance.certificate,
            mapsCertificates: listener.tls?.mapsCertificates ?? false, noAuthUser: listener.noAuthUser)
        isSecuring = entrance.isSecuring
        security = entrance.security
        arrival = entrance.webSocket
        parser = CommandParser(
            maximumControlLine: context.rules.settings.maximumControlLine,
            maximumPayload: context.rules.settings.maximumPayload)
        output = SessionOutput(channel: channel, limit: context.rules.settings.maximumPending)
        isTraced = shard.isTracing
        startedAt = context.environment.nanoseconds()
        signInSince = now
        lastInput = now
        lastPing = now
    }

    var context: BrokerContext { shard.context }

    /// What decisions about it say of the connection.
    var decided: DecidedConnection { DecidedConnection(number: id, address: remoteAddress, type: listener.type) }

    /// What the client's browser sent along; what CONNECT says goes before it.
    var cookies: WebSocketCookies? { arrival?.cookies }

    /// Whom a proxy in front of a WebSocket says to speak for.
    var forwardedFor: String? { arrival?.forwardedFor.map { "\($0)" } }

    /// The client may speak now: its time to sign in begins.
    func open(_ certificate: CertificateIdentity?, _ security: ClientSecurity?) {
        isSecuring = false
        self.security = security
        if let security {
            log(.debug, "TLS handshake complete")
            log(.debug, "TLS version \(security.version), cipher suite \(security.cipher)")
        }
        facts.certificate = certificate
        signInSince = context.monotonicNow
        lastInput = signInSince
        lastPing = signInSince
    }

    @inline(__always)
    var isActive: Bool {
        if case .active = state { return true }
        return false
    }

    /// Whether the connection has ended or is about to.
    var isEnding: Bool {
        switch state {
        case .closing, .closed: true
        case .awaitingConnect, .signingIn, .active: false
        }
    }
}

/// What a client signs to prove its key.
enum Nonce {
    /// 11 random bytes as 15 characters of base64url.
    static func random() -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var generator = SystemRandomNumberGenerator()
        return (0..<15).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
    }
}

extension SocketAddress {
    /// The address without its port.
    var networkAddress: NetworkAddress? {
        ipAddress.flatMap { NetworkAddress($0) }
    }

    /// `127.0.0.1:51234`, or `[::1]:51234`.
    var shownInLog: String { BrokerServer.place(ipAddress ?? "local", port) }
}
