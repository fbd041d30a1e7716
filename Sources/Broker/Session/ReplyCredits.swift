import Authorization

/// The answers that a connection may send although its publish lists do not allow them, because requests were delivered
/// to it. Counted per delivered request (rule S11): two requests with one reply subject are worth two answers.
///
/// A flood of requests that are never answered pushes the oldest credits out; it neither fills the memory nor keeps new
/// requests from being answered.
///
/// Credits stand in the order in which they were granted, their reply subjects behind each other in one array, and a
/// table of lists finds them by hash: nothing is allocated for a request once the arrays have grown to what the
/// connection needs.
struct ReplyCredits {
    private struct Credit {
        let hash: UInt64
        /// Where its reply subject begins among all that were ever kept, and how long it is.
        let start: Int
        let count: Int
        /// Answers left; the greatest number for any number, 0 for a credit that is used up.
        var answers: Int
        /// When it ends, monotonic nanoseconds; the greatest number for never.
        var deadline: Int64
        /// The next one in its list, as a place in ``credits``; -1 for none.
        var next: Int32
    }

    /// Most reply subjects with credit, and most bytes of them.
    static let capacity = 65_536
    private static let byteCapacity = 4 << 20
    private static let initialCapacity = 16
    private static let any = Int.max
    private static let hash = SubjectHash()

    /// A ring: credit number n stands at n modulo its size, which is a power of two.
    private var credits: [Credit?] = []
    /// The first of each list; as many as there are places in the ring.
    private var lists: [Int32] = []
    /// The numbers of the oldest credit and of the next new one.
    private var oldest = 0
    private var newest = 0
    /// The reply subjects, from that of the oldest credit or a little before it.
    private var bytes: [UInt8] = []
    /// The place of the first of them among all that were ever kept.
    private var firstByte = 0

    mutating func grant(_ reply: Span<UInt8>, _ terms: ResponseTerms, now: Int64) {
        let hash = Self.hash(reply)
        let deadline = terms.lifetime.map { now.addingSaturating($0) } ?? .max
        if let place = find(reply, hash), var credit = credits[place] {
            // What is left counts if its time is not over. What can be answered any number of times stays so; and so does
            // the greatest number.
            let left = now <= credit.deadline ? credit.answers : 0
            credit.answers = terms.maximum.map { left.addingSaturating($0) } ?? Self.any
            credit.deadline = deadline
            credits[place] = credit
            return
        }
        makeRoom(for: reply.count, now: now)
        let place = newest & (credits.count - 1)
        let list = Int(truncatingIfNeeded: hash) & (lists.count - 1)
        credits[place] = Credit(
            hash: hash, start: firstByte + bytes.count, count: reply.count, answers: terms.maximum ?? Self.any,
            deadline: deadline, next: lists[list])
        lists[list] = Int32(truncatingIfNeeded: place)
        reply.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        newest += 1
    }

    /// Takes one answer off, and says whether there was one.
    mutating func spend(_ reply: Span<UInt8>, now: Int64) -> Bool {
        guard newest > oldest else { return false }
        let hash = Self.hash(reply)
        guard let place = find(reply, hash), var credit = credits[place] else { return false }
        let isInTime = now <= credit.deadline
        if isInTime, credit.answers == Self.any { return true }
        credit.answers = isInTime ? credit.answers - 1 : 0
        credits[place] = credit
        if credit.answers <= 0 {
            unlink(place)
            dropUsedUp()
        }
        return isInTime
    }

    private func find(_ reply: Span<UInt8>, _ hash: UInt64) -> Int? {
        guard !lists.isEmpty else { return nil }
        var place = Int(lists[Int(truncatingIfNeeded: hash) & (lists.count - 1)])
        while place >= 0, let credit = credits[place] {
            if credit.hash == hash, isEqual(credit, reply) { return place }
            place = Int(credit.next)
        }
        return nil
    }

    private func isEqual(_ credit: Credit, _ reply: Span<UInt8>) -> Bool {
        guard credit.count == reply.count else { return false }
        let start = credit.start - firstByte
        for index in 0..<reply.count where bytes[start + index] != reply[index] { return false }
        return true
    }

    // MARK: Letting go

    /// Takes a credit out of its list; its place stays until all before it are free.
    private mutating func unlink(_ place: Int) {
        guard let credit = credits[place] else { return }
        let list = Int(truncatingIfNeeded: credit.hash) & (lists.count - 1)
        var before = Int(lists[list])
        if before == place {
            lists[list] = credit.next
            return
        }
        while before >= 0, let other = credits[before] {
            if Int(other.next) == place {
                credits[before]?.next = credit.next
                return
            }
            before = Int(other.next)
        }
    }

    /// Makes the places free that used-up credits hold before the oldest that is not.
    private mutating func dropUsedUp() {
        while oldest < newest {
            let place = oldest & (credits.count - 1)
            guard let credit = credits[place], credit.answers <= 0 else { break }
            drop(place)
        }
    }

    /// Makes the oldest credit's place free.
    private mutating func drop(_ place: Int) {
        let dropped = credits[place]
        credits[place] = nil
        oldest += 1
        guard let credit = dropped else { return }
        let used = credit.start + credit.count - firstByte
        // Moved only when at least as much is let go of, so that this costs no more than keeping it did.
        if used > 4096, used * 2 >= bytes.count {
            bytes.removeFirst(used)
            firstByte += used
        }
    }

    /// Drops the oldest until one more fits: those whose time is over before the arrays grow, the others when they have
    /// grown as far as they may.
    private mutating func makeRoom(for count: Int, now: Int64) {
        while oldest < newest, newest - oldest >= credits.count {
            let place = oldest & (credits.count - 1)
            guard let credit = credits[place], credit.answers <= 0 || credit.deadline < now else { break }
            discard(place)
        }
        while oldest < newest, newest - oldest >= Self.capacity || liveBytes + count > Self.byteCapacity {
            discard(oldest & (credits.count - 1))
        }
        if newest - oldest >= credits.count { grow() }
    }

    /// Drops the oldest credit, used up or not.
    private mutating func discard(_ place: Int) {
        if let credit = credits[place], credit.answers > 0 { unlink(place) }
        drop(place)
    }

    private var liveBytes: Int {
        guard oldest < newest, let credit = credits[oldest & (credits.count - 1)] else { return 0 }
        return firstByte + bytes.count - credit.start
    }

    /// Doubles the ring, and links everything anew.
    private mutating func grow() {
        let old = credits
        let size = max(old.count * 2, Self.initialCapacity)
        credits = [Credit?](repeating: nil, count: size)
        lists = [Int32](repeating: -1, count: size)
        for number in oldest..<newest {
            guard var credit = old[number & (old.count - 1)] else { continue }
            let place = number & (size - 1)
            if credit.answers > 0 {
                let list = Int(truncatingIfNeeded: credit.hash) & (size - 1)
                credit.next = lists[list]
                lists[list] = Int32(truncatingIfNeeded: place)
            }
            credits[place] = credit
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
