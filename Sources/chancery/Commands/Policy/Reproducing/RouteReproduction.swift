import FoundationEssentials
import Messaging
import Policy

/// Performs one route on a scratch server, and looks whether the message arrives.
struct RouteReproduction {
    /// How long a message has to arrive; it is sent again and again, since shares of mappings and other members of groups
    /// may take some of them.
    static let patience = Duration.seconds(5)
    private static let pause = Duration.milliseconds(20)

    private let route: AccessRoute
    private let scratch: ScratchOperator
    private let server: ScratchServer
    /// Nobody else sends this.
    private let mark: [UInt8]

    init(_ route: AccessRoute, _ scratch: ScratchOperator, _ server: ScratchServer) {
        self.route = route
        self.scratch = scratch
        self.server = server
        mark = Array("leak-\(UUID().uuidString)".utf8)
    }

    /// - Returns: whether the message arrived; nil where the route cannot be performed.
    func perform() async throws -> Bool? {
        guard let performance = route.performance, let holder = try scratch.user(route.who),
            let observer = try scratch.observer(of: route.account)
        else { return nil }
        let clients = (holder: try await server.connect(holder), observer: try await server.connect(observer))
        let seen: Bool
        switch performance {
        case .publish(let typed):
            let arrivals = try await clients.observer.subscribe(route.subject)
            try await clients.observer.flush()
            seen = try await isSeen(arrivals) { try await clients.holder.publish(typed, payload: mark) }
        case .receive(let subscribed, let queue):
            let arrivals = try await clients.holder.subscribe(subscribed, queue: queue)
            try await clients.holder.flush()
            seen = try await isSeen(arrivals) { try await clients.observer.publish(route.subject, payload: mark) }
        case .reply(let typed, let answered, let request, let responder, let queue):
            seen = try await isAnswered(clients, (typed, answered), request, responder, queue)
        case .answer(let typed, let answered, let account, let streams):
            guard let owner = try scratch.observer(of: account) else { return nil }
            let client = try await server.connect(owner)
            try await prepare(JetStreamRequest.declarations(of: streams), client)
            await client.close()
            let arrivals = try await clients.observer.subscribe(route.subject)
            try await clients.observer.flush()
            seen = try await isSeen(arrivals, isAny: true) { try await clients.holder.publish(typed, reply: answered) }
        case .stream(let stream):
            seen = try await isGivenOut(stream, clients.holder, clients.observer)
        }
        await clients.holder.close()
        await clients.observer.close()
        return seen
    }

    /// Does something again and again until the mark arrives.
    private func isSeen(
        _ arrivals: Subscription, isAny: Bool = false, _ act: @escaping @Sendable () async throws -> Void
    ) async throws
        -> Bool
    {
        let (mark, encoded) = (mark, Array(Data(mark).base64EncodedString().utf8))
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                for try await message in arrivals {
                    if isAny || message.payload.contains(mark) || message.payload.contains(encoded) { return true }
                }
                return false
            }
            group.addTask {
                let clock = ContinuousClock()
                let end = clock.now + Self.patience
                while clock.now < end, !Task.isCancelled {
                    try await act()
                    try? await Task.sleep(for: Self.pause)
                }
                return false
            }
            let first = try await group.next() ?? false
            group.cancelAll()
            return first ?? false
        }
    }

    private func isAnswered(
        _ clients: (holder: Client, observer: Client), _ sent: (typed: String, answered: String), _ request: String,
        _ responder: AccessRoute.Who, _ queue: String?
    ) async throws -> Bool {
        guard let answering = try scratch.user(responder) else { return false }
        let client = try await server.connect(answering)
        let requests = try await client.subscribe(request, queue: queue)
        try await client.flush()
        let mark = mark
        let answers = Task {
            for try await message in requests {
                if let reply = message.reply { try await client.publish(reply, payload: mark) }
            }
        }
        defer { answers.cancel() }
        let arrivals = try await clients.observer.subscribe(route.subject)
        try await clients.observer.flush()
        let seen = try await isSeen(arrivals) {
            try await clients.holder.publish(sent.typed, payload: [], reply: sent.answered)
        }
        await client.close()
        return seen
    }

    // MARK: JetStream

    private func isGivenOut(_ stream: StreamPerformance, _ holder: Client, _ observer: Client) async throws -> Bool {
        guard let owner = try scratch.observer(of: stream.account) else { return false }
        let client = try await server.connect(owner)
        let isReading = route.act == .receive
        let request = JetStreamRequest(stream, target: stream.inbox)
        try await prepare(request.preparations, client)
        let mark = mark
        // What a stream sends of itself needs no answer.
        let isAsking = isReading || route.kinds.contains(.reply)
        let arrivals =
            isReading
            ? try await holder.subscribe(stream.subscribed, queue: stream.queue)
            : try await observer.subscribe(route.subject)
        try await (isReading ? holder : observer).flush()
        let (kept, subject) = (request.kept, route.subject)
        let seen = try await isSeen(arrivals) {
            // What is to come out goes in first.
            if isReading {
                try await observer.publish(subject, payload: mark)
            } else {
                try await client.publish(kept, payload: mark)
            }
            try await holder.publish(
                stream.typed, payload: Array(request.body.utf8), reply: isAsking ? stream.inbox : nil)
        }
        await client.close()
        return seen
    }

    /// Has a stream's owner make what has to be there.
    private func prepare(_ requests: [(subject: String, body: String)], _ client: Client) async throws {
        for (subject, body) in requests {
            let answer = try await client.request(subject, payload: Array(body.utf8), timeout: .seconds(5))
            let text = String(decoding: answer.payload, as: UTF8.self)
            guard !text.contains("\"error\":") else {
                throw CommandFailure(message: "the scratch server refuses \(subject) with \(body): \(text)")
            }
        }
    }
}
