/// What is asked for with a page, over HTTP or over the system account. What a page does not know is not looked at.
struct PageOptions: Sendable, Hashable {
    enum Listing: Sendable, Hashable {
        case none
        case subjects
        case details
    }

    enum State: Int, Sendable {
        case open
        case closed
        case any
    }

    /// How many connections or subscriptions a page has unless another number is asked for, and the most.
    static let usualLimit = 1024
    static let mostOnPage = 16_384

    var order = ConnectionOrder.id
    /// Whether to say who is connected.
    var showsUsers = false
    var listing = Listing.none
    /// At least 0.
    var offset = 0
    /// 1 to ``mostOnPage``.
    var limit = PageOptions.usualLimit
    /// 0 for all.
    var connection: UInt64 = 0
    var state = State.open
    var user = ""
    /// Empty for all.
    var account = ""
    /// A subject that connections have to listen to, within an account.
    var filterSubject = ""
    /// Nobody has one here.
    var mqttClient = ""
    /// A subject that subscriptions have to match.
    var testSubject = ""
    /// Accounts whose statistics are asked for; empty for all with connections.
    var accounts: [String] = []
    var includesUnused = false

    init() {}

    mutating func setLimit(_ value: Int) {
        limit = value > 0 ? min(value, Self.mostOnPage) : Self.usualLimit
    }

    mutating func setOffset(_ value: Int) {
        offset = max(value, 0)
    }

    mutating func setConnection(_ value: UInt64) {
        connection = value
    }

    /// What does not go together.
    func check() throws(PageRefusal) {
        if state == .open, order == .stop || order == .reason {
            throw PageRefusal("sort by \(order.rawValue) only valid on closed connections")
        }
        if !testSubject.isEmpty, !SubjectRules.isLiteral(Array(testSubject.utf8).span) {
            throw PageRefusal("invalid test subject, must be valid publish subject: \(testSubject)")
        }
    }
}

/// Why there is no page, in nats-server's words where it has some.
struct PageRefusal: Error, Sendable, Hashable {
    /// Nothing that was asked for is longer in it than this.
    private static let longest = 256

    let text: String
    /// Whether the question could not be read, rather than be answered.
    let isMalformed: Bool

    init(_ text: String, isMalformed: Bool = false) {
        self.text = String(text.prefix(Self.longest))
        self.isMalformed = isMalformed
    }
}
