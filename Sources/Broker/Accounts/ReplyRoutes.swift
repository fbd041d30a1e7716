import NKeys

/// The ways back: for each request that came into an account through a service import, the subject that its responder
/// sees as the reply, and where an answer on it goes.
struct ReplyRoutes {
    enum Answers {
        /// The first answer closes the way.
        case one
        /// The way stays open until an empty answer, or until its time is over.
        case many
    }

    struct Route {
        /// Where the request came from.
        let importer: Account
        /// The reply subject that the requester waits on.
        let reply: [UInt8]
        let answers: Answers
        /// When the way closes, in nanoseconds of the broker's monotonic clock.
        let deadline: Int64
    }

    /// What every such reply subject begins with; clients may not choose it for themselves.
    static let prefix = Array("_R_.".utf8)

    /// Most ways that one importing account may hold open at a time: a flood of requests that nobody answers is that
    /// account's own misfortune, and fills no memory.
    static let capacity = 65_536

    /// Nanoseconds between two looks for ways whose time is over.
    private static let pruneInterval: Int64 = 1_000_000_000

    private var routes: [[UInt8]: Route] = [:]
    private var counts: [PublicKey: Int] = [:]
    private var lastPrune: Int64 = 0

    var isEmpty: Bool { routes.isEmpty }

    /// Opens a way back and returns its subject, or nil when the importer has too many open.
    mutating func open(_ route: Route) -> [UInt8]? {
        let count = counts[route.importer.key, default: 0]
        guard count < Self.capacity else { return nil }
        let subject = Self.prefix + Self.randomToken()
        routes[subject] = route
        counts[route.importer.key] = count + 1
        return subject
    }

    /// The way back for an answer on a subject. One for a single answer is closed by that, any by an empty one.
    mutating func take(_ subject: [UInt8], isEmpty: Bool, now: Int64) -> Route? {
        guard let route = routes[subject] else { return nil }
        if route.answers == .one || isEmpty || now > route.deadline { close(subject) }
        return now > route.deadline ? nil : route
    }

    mutating func close(_ subject: [UInt8]) {
        guard let route = routes.removeValue(forKey: subject) else { return }
        let count = counts[route.importer.key, default: 1] - 1
        counts[route.importer.key] = count > 0 ? count : nil
    }

    mutating func removeExpired(now: Int64) {
        guard !routes.isEmpty, now - lastPrune > Self.pruneInterval else { return }
        lastPrune = now
        for (subject, route) in routes where route.deadline < now { close(subject) }
    }

    /// 20 letters and digits: over 119 bits, so that a way back cannot be guessed.
    private static func randomToken() -> [UInt8] {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var generator = SystemRandomNumberGenerator()
        return (0..<20).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
    }
}
