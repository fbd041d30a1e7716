import Authorization
import Claims
import NIOCore
import NIOPosix
import NKeys
import Secrets

/// A question to an authentication callout that a sign-in waits for.
struct OpenCallout {
    let question: CalloutQuestion
    let machine: Admission
    /// The user key that was made up for the connection. Nobody needs its private half.
    let userKey: PublicKey
    /// Where the answer is awaited; nil until the question has been published.
    var reply: [UInt8]?
}

// Signing in by an authentication callout: the session asks, and goes on with the answer or when its time is over. No
// thread waits meanwhile.

extension Session {
    /// Asks a callout who this is. The question takes with it what the client presented.
    func ask(_ question: CalloutQuestion, _ machine: Admission, _ secrets: PresentedSecrets) {
        calloutQuestion = question
        guard !shard.isStopping, shard.account(question.account) != nil else { return refuse(.calloutWithoutAnswer) }
        guard context.beginCallout() else { return refuse(.calloutBusy) }
        let userKey = KeyPair.generate(.user).publicKey
        openCallout = OpenCallout(question: question, machine: machine, userKey: userKey)
        let (draft, moment) = (CalloutDraft(self, question), context.environment.moment())
        let (context, identity) = (context, context.identity)
        let deadline = signInSince.addingSaturating(signInPatience)
        let future = context.signatures.runIfActive(eventLoop: shard.eventLoop) {
            // Where many wait, what comes to its turn too late is not worth the time any more.
            guard context.monotonicNow <= deadline else { throw Refusal.calloutWithoutAnswer }
            let request = draft.request(userKey: userKey, secrets, from: identity, at: moment)
            return try CalloutMessage(request, sealedTo: question.xkey, by: identity, at: moment)
        }
        future.assumeIsolated().whenComplete { [self] result in
            guard case .signingIn = state, openCallout?.userKey == userKey else { return }
            publish(result, question)
        }
    }

    private func publish(_ message: Result<CalloutMessage, any Error>, _ question: CalloutQuestion) {
        guard case .success(let message) = message, let account = shard.account(question.account) else {
            return refuse(.calloutWithoutAnswer)
        }
        shard.readMail()
        guard case .signingIn = state else { return }
        openCallout?.reply = shard.publish(message, in: account, for: id)
    }

    /// The callout has answered; whether that is to be believed is for the machine to say.
    ///
    /// - Parameter body: nil for an answer that is too large.
    func calloutAnswered(_ body: [UInt8]?) {
        guard case .signingIn = state, let open = openCallout else { return }
        forgetCallout()
        let (identity, moment) = (context.identity, context.environment.moment())
        verify(PresentedSecrets()) {
            var machine = open.machine
            let answer = CalloutAnswer(body, to: open.question, about: open.userKey, from: identity)
            return (machine.resume(callout: answer, at: moment), machine)
        }
    }

    /// Waits for no answer any more: it has come, its time is over, or the client has gone.
    func forgetCallout() {
        guard let open = openCallout else { return }
        openCallout = nil
        if let reply = open.reply { shard.inbox.close(reply) }
        context.endCallout()
    }
}

/// What a question to a callout says about a connection, taken from its session before the rest is done elsewhere.
private struct CalloutDraft: Sendable {
    private let question: CalloutQuestion
    private let nonce: [UInt8]
    /// Seconds.
    private let timeout: Int64
    private let host: String
    private let tags: [String]
    private let client: ClientInformation
    private let options: Claims.ConnectOptions
    private let security: ClientSecurity?

    init(_ session: Session, _ question: CalloutQuestion) {
        self.question = question
        let settings = session.context.settings
        nonce = session.facts.nonce
        timeout = max(1, session.signInPatience / 1_000_000_000)
        host = settings.host
        tags = settings.serverTags
        security = session.security

        var client = ClientInformation()
        client.host = session.remoteAddress ?? ""
        client.id = session.id
        client.name = session.options.name
        client.kind = "Client"
        client.type = session.listener.type == .webSocket ? "websocket" : "nats"
        self.client = client

        let credentials = session.options.credentials
        var options = Claims.ConnectOptions()
        // Without operators a JWT says nothing, and might be good for a sign-in elsewhere.
        if question.account.key != nil { options.jwt = credentials.token ?? "" }
        options.nkey = credentials.nkey ?? ""
        options.signature = credentials.signature ?? ""
        options.user = credentials.user ?? ""
        options.name = session.options.name
        options.language = session.options.language
        options.version = session.options.version
        options.protocolVersion = session.options.protocolVersion
        self.options = options
    }

    /// The claims. Passwords leave guarded memory only here.
    func request(
        userKey: PublicKey, _ secrets: PresentedSecrets, from server: ServerIdentity, at moment: Moment
    ) -> AuthorizationRequestClaims {
        var identity = Claims.ServerIdentity()
        identity.name = server.name
        identity.host = host
        identity.id = server.id
        identity.version = ServerIdentity.version
        identity.tags = tags
        if !question.xkey.isEmpty { identity.xkey = server.curve.publicKey.text }
        var options = options
        options.password = secrets.password?.withBytes { String(decoding: $0, as: UTF8.self) } ?? ""
        options.authToken = secrets.sharedToken?.withBytes { String(decoding: $0, as: UTF8.self) } ?? ""
        return question.request(
            userKey: userKey, server: identity, client: client, options: options, tls: security?.claims,
            nonce: nonce, at: moment, timeout: timeout)
    }
}

// MARK: Telling why not

extension Session {
    /// Tells the account where it was to be decided whether somebody may come in why not: that of the callout, or where
    /// there is none, the one that clients are in before they sign in. To be called when the connection has ended.
    func tellAccountOfRefusal(_ refusal: Refusal) {
        let question = calloutQuestion
        calloutQuestion = nil
        // Who asks for an account of its own choice is turned away by the protocol, wherever it would belong.
        guard refusal != .accountDesignated, let ending, ending.state.isTurningAway || question != nil else { return }
        let identity =
            question?.account ?? context.trust.local.callout.map { AccountIdentity.name($0.account) } ?? .global
        guard let account = shard.account(identity) else { return }
        let words =
            switch refusal {
            // Nothing was said.
            case .calloutWithoutAnswer: ""
            case .calloutDenied: "Auth callout service returned an error: \(calloutWords)"
            default: question == nil ? ending.state.rawValue : refusal.explanation
            }
        shard.tellOfRefusal(report(), in: account, reason: words)
    }
}
