import Secrets

/// The ways back: for each request that came into an account through a service import, the subject that its responder
/// sees as the reply, and where an answer on it goes.
///
/// A way is kept by the shard that the request came from, and its subject names that shard: an answer that is published
/// anywhere else is handed over to it.
struct ReplyRoutes {
    enum Answers: Sendable {
        /// The first answer closes the way.
        case one
        /// The way stays open until an empty answer, or until no answer has come for its time.
        case many
    }

    struct Route {
        /// The number of the account that the request came from.
        let importer: Int
        /// The reply subject that the requester waits on.
        let reply: [UInt8]
        let answers: Answers
        /// How long the way stays open without an answer, in nanoseconds.
        let threshold: Int64
        /// When it closes, in nanoseconds of the broker's monotonic clock.
        fileprivate(set) var deadline: Int64
        /// Where it is counted.
        let open: OpenRequests

        init(
            importer: Int, reply: [UInt8], answers: Answers, threshold: Int64, open: OpenRequests, now: Int64
        ) {
            self.importer = importer
            self.reply = reply
            self.answers = answers
            self.threshold = threshold
            self.open = open
            deadline = now.addingSaturating(threshold)
        }
    }

    /// What every such reply subject begins with; clients may not choose it for themselves.
    static let prefix: StaticString = "_R_."

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// The prefix, the shard's letter, and over 113 random bits, so that a way back cannot be guessed.
    private static let randomLetters = Way.count - Way.firstLetter - 1
    /// Two bytes for each letter: the remainder by 62 is then as good as even.
    private static let randomBytes = 2 * randomLetters
    /// For how many ways random bytes are fetched at a time.
    private static let waysAtATime = 32
    /// Most shards that a letter can name.
    static let mostShards = 62

    /// Nanoseconds between two looks for ways whose time is over.
    private static let pruneInterval: Int64 = 1_000_000_000

    private let letter: UInt8
    private var routes: [Way: Route] = [:]
    private var random: [UInt8] = []
    private var lastPrune: Int64 = 0

    /// - Parameter shard: from 0 and below ``mostShards``.
    init(shard: Int) {
        letter = Self.alphabet[shard % Self.mostShards]
    }

    var isEmpty: Bool { routes.isEmpty }

    /// The shard that keeps the way back of a subject; nil where it is no such subject.
    static func shard(of subject: Span<UInt8>) -> Int? {
        guard subject.count == Way.count, subject[Way.dot] == UInt8(ascii: ".") else { return nil }
        switch subject[4] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return Int(subject[4] - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return Int(subject[4] - UInt8(ascii: "A")) + 10
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return Int(subject[4] - UInt8(ascii: "a")) + 36
        default: return nil
        }
    }

    /// Opens a way back, or returns nil when the importer has too many open.
    mutating func open(_ route: Route) -> Way? {
        guard route.open.begin() else { return nil }
        let way = makeWay()
        routes[way] = route
        return way
    }

    /// Where an answer on a way back goes. One for a single answer is closed by that, any by an empty one; the time of
    /// one that stays open begins anew.
    mutating func take(_ way: Way, isEmpty: Bool, now: Int64) -> Route? {
        guard let route = routes[way] else { return nil }
        let isInTime = now <= route.deadline
        if route.answers == .one || isEmpty || !isInTime {
            close(way)
        } else {
            routes[way]?.deadline = now.addingSaturating(route.threshold)
        }
        return isInTime ? route : nil
    }

    mutating func close(_ way: Way) {
        routes.removeValue(forKey: way)?.open.end()
    }

    mutating func removeExpired(now: Int64) {
        guard !routes.isEmpty, now - lastPrune > Self.pruneInterval else { return }
        lastPrune = now
        for (way, route) in routes where route.deadline < now { close(way) }
    }

    private mutating func makeWay() -> Way {
        if random.count < Self.randomBytes {
            random = RandomSource.system.bytes(Self.randomBytes * Self.waysAtATime)
        }
        let start = random.count - Self.randomBytes
        var bytes = InlineArray<25, UInt8>(repeating: UInt8(ascii: "_"))
        bytes[1] = UInt8(ascii: "R")
        bytes[3] = UInt8(ascii: ".")
        bytes[4] = letter
        bytes[Way.dot] = UInt8(ascii: ".")
        for index in 0..<Self.randomLetters {
            let number = Int(random[start + 2 * index]) << 8 | Int(random[start + 2 * index + 1])
            let place = Way.firstLetter + index
            bytes[place < Way.dot ? place : place + 1] = Self.alphabet[number % Self.alphabet.count]
        }
        random.removeLast(Self.randomBytes)
        return Way(bytes)
    }
}
