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

    /// A flood of requests that nobody answers must not fill the memory.
    static let capacity = 1 << 20

    private var routes: [[UInt8]: Route] = [:]

    var isEmpty: Bool { routes.isEmpty }

    /// Opens a way back and returns its subject, or nil when there are too many open.
    mutating func open(_ route: Route) -> [UInt8]? {
        guard routes.count < Self.capacity else { return nil }
        let subject = Self.prefix + Self.randomToken()
        routes[subject] = route
        return subject
    }

    /// The way back for an answer on a subject. One for a single answer is closed by that, any by an empty one.
    mutating func take(_ subject: [UInt8], isEmpty: Bool, now: Int64) -> Route? {
        guard let route = routes[subject] else { return nil }
        if route.answers == .one || isEmpty || now > route.deadline { routes[subject] = nil }
        return now > route.deadline ? nil : route
    }

    mutating func close(_ subject: [UInt8]) {
        routes[subject] = nil
    }

    mutating func removeExpired(now: Int64) {
        guard !routes.isEmpty else { return }
        routes = routes.filter { $0.value.deadline >= now }
    }

    /// 20 letters and digits: over 119 bits, so that a way back cannot be guessed.
    private static func randomToken() -> [UInt8] {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var generator = SystemRandomNumberGenerator()
        return (0..<20).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
    }
}
