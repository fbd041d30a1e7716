import Authorization

/// The answers that a connection may send although its publish lists do not allow them, because requests were delivered
/// to it. Counted per delivered request (rule S11): two requests with one reply subject are worth two answers.
struct ReplyCredits {
    private struct Credit {
        /// Answers left; nil for any number.
        var answers: Int?
        /// When it ends, monotonic nanoseconds; nil for never.
        var deadline: Int64?
    }

    /// Beyond this many reply subjects the oldest credit is worth less than the memory.
    private static let capacity = 65_536

    private var credits: [[UInt8]: Credit] = [:]

    mutating func grant(_ reply: Span<UInt8>, _ terms: ResponseTerms, now: Int64) {
        if credits.count >= Self.capacity { prune(now: now) }
        guard credits.count < Self.capacity else { return }
        let key = copied(reply)
        let deadline = terms.lifetime.map { now.addingReportingOverflow($0) }.map {
            $0.overflow ? Int64.max : $0.partialValue
        }
        var credit = credits[key] ?? Credit(answers: 0, deadline: deadline)
        if let maximum = terms.maximum {
            credit.answers = credit.answers.map { min($0 &+ maximum, Int(Int32.max)) }
        } else {
            credit.answers = nil
        }
        credit.deadline = deadline
        credits[key] = credit
    }

    /// Takes one answer off, and says whether there was one.
    mutating func spend(_ reply: Span<UInt8>, now: Int64) -> Bool {
        guard !credits.isEmpty else { return false }
        let key = copied(reply)
        guard var credit = credits[key] else { return false }
        if let deadline = credit.deadline, now > deadline {
            credits[key] = nil
            return false
        }
        guard let answers = credit.answers else { return true }
        credit.answers = answers - 1
        credits[key] = answers > 1 ? credit : nil
        return answers > 0
    }

    private mutating func prune(now: Int64) {
        credits = credits.filter { $0.value.deadline.map { $0 >= now } ?? true }
    }
}
