import Authorization

/// The answers that a connection may send although its publish lists do not allow them, because requests were delivered
/// to it. Counted per delivered request (rule S11): two requests with one reply subject are worth two answers.
///
/// A flood of requests that are never answered pushes the oldest credits out; it neither fills the memory nor keeps new
/// requests from being answered.
struct ReplyCredits {
    private struct Credit {
        /// Answers left; nil for any number.
        var answers: Int?
        /// When it ends, monotonic nanoseconds; nil for never.
        var deadline: Int64?
        /// When it was first granted, counted: a subject that is used again is not the one that was used before.
        let number: UInt64
    }

    /// Most reply subjects with credit, and most bytes of them.
    static let capacity = 65_536
    private static let byteCapacity = 4 << 20

    private var credits: [[UInt8]: Credit] = [:]
    private var bytes = 0
    /// Every credit, in order; those before ``head`` are done with, and some may be spent.
    private var order: [(key: [UInt8], number: UInt64)] = []
    private var granted: UInt64 = 0
    private var head = 0

    mutating func grant(_ reply: Span<UInt8>, _ terms: ResponseTerms, now: Int64) {
        let key = copied(reply)
        let deadline = terms.lifetime.map { now.addingSaturating($0) }
        if var credit = credits[key] {
            credit.answers = terms.maximum.flatMap { maximum in credit.answers.map { $0.addingSaturating(maximum) } }
            credit.deadline = deadline
            credits[key] = credit
            return
        }
        granted &+= 1
        credits[key] = Credit(answers: terms.maximum, deadline: deadline, number: granted)
        bytes += key.count
        order.append((key, granted))
        makeRoom()
    }

    /// Takes one answer off, and says whether there was one.
    mutating func spend(_ reply: Span<UInt8>, now: Int64) -> Bool {
        guard !credits.isEmpty else { return false }
        let key = copied(reply)
        guard var credit = credits[key] else { return false }
        if let deadline = credit.deadline, now > deadline {
            remove(key)
            return false
        }
        guard let answers = credit.answers else { return true }
        guard answers > 1 else {
            remove(key)
            return answers == 1
        }
        credit.answers = answers - 1
        credits[key] = credit
        return true
    }

    private mutating func remove(_ key: [UInt8]) {
        if credits.removeValue(forKey: key) != nil { bytes -= key.count }
    }

    /// Drops the oldest until the rest fits. Spent ones still stand in ``order``, so that is what is counted.
    private mutating func makeRoom() {
        while order.count - head > Self.capacity || bytes > Self.byteCapacity, head < order.count {
            let (key, number) = order[head]
            if credits[key]?.number == number { remove(key) }
            order[head].key = []
            head += 1
        }
        if head > Self.capacity {
            order.removeFirst(head)
            head = 0
        }
    }
}

extension FixedWidthInteger {
    /// The sum, or the greatest or least number where there is no room for it.
    func addingSaturating(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
