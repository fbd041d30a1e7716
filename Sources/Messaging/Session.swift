import Wire

/// What a connection that is signed in has open: subscriptions, requests, pings.
struct Session {
    struct Interest {
        let subject: String
        let queue: String?
        var delivered = 0
        /// After how many deliveries the subscription ends; nil for never.
        var maximum: Int?
    }

    struct Request {
        let subject: String
        /// Whether the first answer is the only one.
        let isSingle: Bool
        /// How many answers end it; nil when only time does.
        let expected: Int?
        private(set) var answers: [Message] = []
        private var answerBytes = 0

        init(subject: String, isSingle: Bool, expected: Int?) {
            (self.subject, self.isSingle, self.expected) = (subject, isSingle, expected)
        }

        /// The most bytes of all answers together.
        static let maximumAnswerBytes = 1 << 28

        /// Keeps an answer.
        /// - Returns: whether it found room.
        mutating func add(_ answer: Message) -> Bool {
            answerBytes += answer.payload.count
            guard answerBytes <= Self.maximumAnswerBytes else { return false }
            answers.append(answer)
            return true
        }
    }

    /// What a permissions violation ended.
    struct Refused: Equatable {
        var subscriptions: [UInt64] = []
        var requests: [String] = []
    }

    private enum Ping {
        case flush(UInt64)
        case keepAlive
    }

    private struct Inbox {
        let subscription: UInt64
        /// The subject up to the token of a request, with the dot.
        let prefix: String
    }

    /// What the server last said about itself.
    private(set) var info: ServerInfo
    /// What the server last complained about, other than permissions: if it closes the connection next, that is why.
    private(set) var complaint: ServerError?
    private var interests: [UInt64: Interest] = [:]
    private var requests: [String: Request] = [:]
    /// The pings without a pong, oldest first.
    private var pings: [Ping] = []
    private var inbox: Inbox?
    private var lastSubscription: UInt64 = 0

    init(info: ServerInfo) {
        self.info = info
    }

    mutating func received(_ operation: ServerOperation) -> ConnectionStateMachine.ReceivedAction {
        switch operation {
        case .message(let frame):
            return received(frame)
        case .ping:
            return .pong
        case .pong:
            return receivedPong()
        case .error(let text):
            let error = ServerError(text)
            if error.violation == nil { complaint = error }
            return .report(error, refused(by: error))
        case .info(let json):
            // An update that cannot be read takes nothing away from what is known.
            info = ServerInfo(json: json) ?? info
            return .none
        case .ok:
            return .none
        }
    }

    // MARK: Subscriptions

    /// Opens a subscription.
    /// - Returns: its number and what to write.
    mutating func subscribe(
        _ subject: String, queue: String?
    ) throws(ClientError) -> (subscription: UInt64, bytes: [UInt8]) {
        guard ClientLine.isSafe(subject) else { throw .invalidSubject("subject") }
        if let queue, !ClientLine.isSafe(queue) { throw .invalidSubject("queue group") }
        lastSubscription += 1
        interests[lastSubscription] = Interest(subject: subject, queue: queue)
        let bytes = ClientLine.subscribe(subject: subject, queue: queue, subscription: lastSubscription)
        return (lastSubscription, bytes)
    }

    /// Ends a subscription, at once or after so many deliveries in all.
    /// - Returns: what to write, and whether it is over now. Nil when there is no such subscription.
    mutating func unsubscribe(_ subscription: UInt64, after maximum: Int?) -> (bytes: [UInt8], isOver: Bool)? {
        guard var interest = interests[subscription] else { return nil }
        guard let maximum, maximum > interest.delivered else {
            interests[subscription] = nil
            return (ClientLine.unsubscribe(subscription: subscription, after: nil), true)
        }
        interest.maximum = maximum
        interests[subscription] = interest
        return (ClientLine.unsubscribe(subscription: subscription, after: maximum), false)
    }

    private mutating func received(_ frame: MessageFrame) -> ConnectionStateMachine.ReceivedAction {
        if let inbox, frame.subscription == inbox.subscription {
            return answered(String(frame.subject.dropFirst(inbox.prefix.count)), Message(frame))
        }
        // Messages that were under way when the subscription ended still come.
        guard var interest = interests[frame.subscription] else { return .none }
        interest.delivered += 1
        let isLast = interest.maximum.map { interest.delivered >= $0 } ?? false
        interests[frame.subscription] = isLast ? nil : interest
        return .deliver(frame, subscription: frame.subscription, isLast: isLast)
    }

    // MARK: Requests

    /// Opens a request. The first one also opens the subscription that all answers come to.
    ///
    /// - Parameters:
    ///   - token: names the request; nobody else can guess it.
    ///   - inbox: where the answers come, if no inbox is open yet; nobody else can guess it either.
    /// - Returns: the reply subject, and what to write before the request itself.
    mutating func request(
        _ request: Request, token: String, inbox name: String
    ) throws(ClientError) -> (reply: String, bytes: [UInt8]) {
        guard ClientLine.isSafe(request.subject) else { throw .invalidSubject("subject") }
        var bytes: [UInt8] = []
        let prefix: String
        if let inbox {
            prefix = inbox.prefix
        } else {
            let opened = try subscribe(name + ".*", queue: nil)
            bytes = opened.bytes
            prefix = name + "."
            inbox = Inbox(subscription: opened.subscription, prefix: prefix)
        }
        requests[token] = request
        return (prefix + token, bytes)
    }

    /// Ends a request before its answers are complete.
    /// - Returns: what came so far; nil when it is over already.
    mutating func endRequest(_ token: String) -> Request? {
        requests.removeValue(forKey: token)
    }

    private mutating func answered(_ token: String, _ message: Message) -> ConnectionStateMachine.ReceivedAction {
        guard var request = requests.removeValue(forKey: token) else { return .none }
        if message.isNoResponders, request.answers.isEmpty { return .answer(request: token, .failure(.noResponders)) }
        guard request.add(message) else {
            return .answer(request: token, .failure(.answersTooLarge(limit: Session.Request.maximumAnswerBytes)))
        }
        if request.isSingle || request.expected.map({ request.answers.count >= $0 }) ?? false {
            return .answer(request: token, .success(request.answers))
        }
        requests[token] = request
        return .none
    }

    // MARK: Pings

    /// Begins a flush: a ping whose pong says that the server has read everything before it.
    /// - Returns: what to write.
    mutating func flush(_ number: UInt64) -> [UInt8] {
        pings.append(.flush(number))
        return ClientLine.ping
    }

    /// Asks whether the server is still there; nil when it already owes `maximum` answers to that.
    mutating func keepAlive(maximum: Int) -> [UInt8]? {
        let open = pings.count { if case .keepAlive = $0 { true } else { false } }
        guard open < maximum else { return nil }
        pings.append(.keepAlive)
        return ClientLine.ping
    }

    private mutating func receivedPong() -> ConnectionStateMachine.ReceivedAction {
        // Pongs come in the order of the pings. One too many means nothing.
        guard !pings.isEmpty else { return .none }
        if case .flush(let number) = pings.removeFirst() { return .flushed(number) }
        return .none
    }

    // MARK: Permissions

    /// Ends what the server said that it does not allow, so that nobody waits for it.
    private mutating func refused(by error: ServerError) -> Refused {
        var refused = Refused()
        switch error.violation {
        case .none, .reply:
            break
        case .publish(let subject):
            refused.requests = requests.filter { $0.value.subject == subject }.map(\.key)
        case .subscribe(_, _, let number?):
            refused.subscriptions = interests[number] == nil ? [] : [number]
        case .subscribe(let subject, let queue, nil):
            refused.subscriptions = interests.filter { $0.value.subject == subject && $0.value.queue == queue }.map(
                \.key)
        }
        if let inbox, refused.subscriptions.contains(inbox.subscription) {
            // No request gets an answer any more; the next one tries to open an inbox again.
            refused.requests = Array(requests.keys)
            self.inbox = nil
        }
        for subscription in refused.subscriptions { interests[subscription] = nil }
        for token in refused.requests { requests[token] = nil }
        return refused
    }
}
