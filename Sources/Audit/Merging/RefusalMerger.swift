public import Authorization

/// Makes one record of many equal refusals: the first is written at once, and what repeats it within a second is written
/// as one closing record. Where one connection or account is refused too many different things, their subjects are not
/// told apart any more. What is counted is never lost.
///
/// Pure: times are nanoseconds of a clock that never steps, given by the caller and never falling.
///
/// ```swift
/// var closed = merger.close(at: now)
/// let isWritten = merger.take(key, connection: 7, account: account, at: now, event) == .write
/// ```
public struct RefusalMerger<Event: Sendable>: Sendable {
    public enum Verdict: Sendable, Hashable {
        /// It is the first of its kind: it gets a record of its own, now.
        case write
        /// It is counted, and will be in a closing record.
        case merged
    }

    /// The repeats of one refusal.
    public struct Closing: Sendable {
        public let key: RefusalKey
        /// The first, which was written at once and is not counted here.
        public let event: Event
        public let count: Int64
        /// When the first and the last of those counted came, nanoseconds.
        public let first: Int64
        public let last: Int64
        /// How many different subjects were counted, and some of them; nil and none where all had the one of the key.
        public let distinct: Int?
        public let samples: [[UInt8]]
    }

    fileprivate struct Window {
        let event: Event
        let opened: Int64
        var count: Int64 = 0
        var first: Int64 = 0
        var last: Int64 = 0
        /// The subjects' hashes; nil where there is one subject.
        var subjects: Set<Int>?
        var samples: [[UInt8]] = []
    }

    /// Different refusals in the present second of a connection or an account.
    private struct Tally {
        var began: Int64
        var count = 0
    }

    private let limits: MergingLimits
    private var windows: [RefusalKey: Window] = [:]
    /// The keys of all windows in the order in which they were opened, which is that in which they end.
    private var order: [RefusalKey] = []
    private var oldest = 0
    private var connections: [UInt64: Tally] = [:]
    private var accounts: [AccountIdentity: Tally] = [:]
    private var swept: Int64 = .min
    /// Repeats that are counted and not written yet.
    public private(set) var pending: Int64 = 0

    public init(_ limits: MergingLimits = MergingLimits()) {
        self.limits = limits
    }

    /// When the oldest window ends; nil without one.
    public var deadline: Int64? {
        guard oldest < order.count, let window = windows[order[oldest]] else { return nil }
        return window.opened.addingReportingOverflow(limits.window).partialValue
    }

    /// Whether so much is gathered that ``closeAll()`` has to be called.
    public var isFull: Bool { pending >= limits.pending }

    // MARK: Refusals

    /// Takes a refusal, after ``close(at:)`` for the same time.
    public mutating func take(
        _ key: RefusalKey, connection: UInt64, account: AccountIdentity, at now: Int64, _ event: Event
    ) -> Verdict {
        if count(key, of: nil, at: now) { return .merged }
        if mayOpen(connection, account, at: now) {
            open(key, Window(event: event, opened: now))
            return .write
        }
        let wide = key.withoutSubject
        if count(wide, of: key, at: now) { return .merged }
        open(wide, Window(event: event, opened: now, subjects: []))
        return .write
    }

    private mutating func open(_ key: RefusalKey, _ window: Window) {
        windows[key] = window
        order.append(key)
    }

    /// - Parameter whole: with the subject, where the window is one of many.
    private mutating func count(_ key: RefusalKey, of whole: RefusalKey?, at now: Int64) -> Bool {
        guard let index = windows.index(forKey: key) else { return false }
        windows.values[index].count(whole, limits, at: now)
        pending += 1
        return true
    }

    /// Whether the connection and its account may have one more refusal told apart in their present seconds.
    private mutating func mayOpen(_ connection: UInt64, _ account: AccountIdentity, at now: Int64) -> Bool {
        var one = connections[connection] ?? Tally(began: now)
        var all = accounts[account] ?? Tally(began: now)
        if now - one.began >= limits.window { one = Tally(began: now) }
        if now - all.began >= limits.window { all = Tally(began: now) }
        let isFree = one.count < limits.perConnection && all.count < limits.perAccount
        if isFree {
            one.count += 1
            all.count += 1
        }
        (connections[connection], accounts[account]) = (one, all)
        return isFree
    }

    // MARK: Closing

    /// Ends the windows whose second is over, in the order in which they began.
    public mutating func close(at now: Int64) -> [Closing] {
        var closed: [Closing] = []
        while oldest < order.count {
            let key = order[oldest]
            guard let window = windows[key], now - window.opened >= limits.window else { break }
            windows[key] = nil
            oldest += 1
            if let closing = closing(key, window) { closed.append(closing) }
        }
        if oldest == order.count {
            order.removeAll(keepingCapacity: true)
            oldest = 0
        } else if oldest > 4_096, oldest > order.count / 2 {
            order.removeFirst(oldest)
            oldest = 0
        }
        sweep(now)
        return closed
    }

    /// Writes off everything that is gathered. The windows stay open: what comes within their second is gathered anew.
    public mutating func closeAll() -> [Closing] {
        var closed: [Closing] = []
        for place in oldest..<order.count {
            let key = order[place]
            guard let window = windows[key], let closing = closing(key, window) else { continue }
            closed.append(closing)
            windows[key] = Window(
                event: window.event, opened: window.opened, subjects: window.subjects == nil ? nil : [])
        }
        return closed
    }

    private mutating func closing(_ key: RefusalKey, _ window: Window) -> Closing? {
        guard window.count > 0 else { return nil }
        pending -= window.count
        return Closing(
            key: key, event: window.event, count: window.count, first: window.first, last: window.last,
            distinct: window.subjects?.count, samples: window.samples)
    }

    /// Forgets who was refused nothing lately.
    private mutating func sweep(_ now: Int64) {
        guard swept == .min || now - swept >= limits.window else { return }
        swept = now
        let window = limits.window
        connections = connections.filter { now - $0.value.began < window }
        accounts = accounts.filter { now - $0.value.began < window }
    }
}

extension RefusalMerger.Window {
    fileprivate mutating func count(_ whole: RefusalKey?, _ limits: MergingLimits, at now: Int64) {
        if count == 0 { first = now }
        last = now
        count += 1
        guard subjects != nil, let whole, let subject = whole.subject else { return }
        var hasher = Hasher()
        hasher.combine(subject)
        hasher.combine(whole.queue)
        guard (subjects?.count ?? 0) < limits.distinct, subjects?.insert(hasher.finalize()).inserted == true else {
            return
        }
        if samples.count < limits.samples { samples.append(subject) }
    }
}
