/// Finds the subjects that lie in a pattern among thousands, without comparing each with each.
///
/// For every token at every place there is a list of the subjects that have it there. What lies in a pattern is in the
/// lists of all its literal tokens: the shortest of them is looked through, or, when even that is long, the lists are
/// put on top of each other, 64 subjects at a time. A list that is long has bits as well, so that all take no more than
/// a few times the room of the subjects themselves.
struct SubjectIndex {
    private struct Place: Hashable {
        let position: Int
        let token: Int
    }

    /// The subjects as ``TokenNumbers``.
    private let subjects: [[Int]]
    /// Where the list of each place begins and ends in ``members``.
    private var ranges: [Place: Range<Int>] = [:]
    private var members: [Int32] = []
    /// The bits of long lists, by where they begin in ``members``.
    private var bits: [Int: [UInt64]] = [:]
    /// Longer lists have bits.
    private let shortCount: Int

    /// - Parameter shortCount: only tests say it.
    init(_ subjects: [[Int]], shortCount: Int? = nil) {
        self.subjects = subjects
        self.shortCount = shortCount ?? subjects.count / 64
        var counts: [Place: Int] = [:]
        for subject in subjects {
            for (position, token) in subject.enumerated() {
                counts[Place(position: position, token: token), default: 0] += 1
            }
        }
        var end = 0
        // Empty at first; filling makes each as long as was counted.
        ranges = counts.mapValues { count in
            defer { end += count }
            return end..<end
        }
        members = [Int32](repeating: 0, count: end)
        for (number, subject) in subjects.enumerated() {
            for (position, token) in subject.enumerated() {
                let place = Place(position: position, token: token)
                guard let range = ranges[place] else { continue }
                members[range.upperBound] = Int32(truncatingIfNeeded: number)
                ranges[place] = range.lowerBound..<(range.upperBound + 1)
            }
        }
        for range in ranges.values where range.count > self.shortCount {
            bits[range.lowerBound] = words(members[range])
        }
    }

    private func words(_ members: ArraySlice<Int32>) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: (subjects.count + 63) / 64)
        for member in members { words[Int(member) / 64] |= 1 << UInt64(member % 64) }
        return words
    }

    /// Calls `body` with each other subject that lies in the one of the given number, in order, until it says false.
    /// - Parameter end: only subjects before it are looked at.
    func forEach(in pattern: Int, before end: Int, _ body: (Int) -> Bool) {
        let tokens = subjects[pattern]
        func isFound(_ number: Int) -> Bool {
            number != pattern && TokenNumbers.isContained(subjects[number], in: tokens)
        }
        let lists = literals(tokens).compactMap { ranges[$0] }.sorted { $0.count < $1.count }
        guard let shortest = lists.first else {
            // Nothing but wildcards; of such patterns there are few.
            for number in 0..<min(end, subjects.count) where isFound(number) {
                guard body(number) else { return }
            }
            return
        }
        let sets = lists.compactMap { bits[$0.lowerBound] }
        guard sets.count == lists.count else {
            for member in members[shortest] {
                guard member < end else { return }
                if isFound(Int(member)), !body(Int(member)) { return }
            }
            return
        }
        for word in 0..<((min(end, subjects.count) + 63) / 64) {
            var rest = sets.reduce(UInt64.max) { $0 & $1[word] }
            while rest != 0 {
                let number = word * 64 + rest.trailingZeroBitCount
                rest &= rest - 1
                guard number < end else { return }
                if isFound(number), !body(number) { return }
            }
        }
    }

    /// The first other subject that lies in the one of the given number.
    func first(in pattern: Int) -> Int? {
        var found: Int?
        forEach(in: pattern, before: subjects.count) { number in
            found = number
            return false
        }
        return found
    }

    private func literals(_ pattern: [Int]) -> [Place] {
        pattern.enumerated().compactMap { position, token in
            let isWildcard =
                token == TokenNumbers.star || (token == TokenNumbers.arrow && position == pattern.count - 1)
            return isWildcard ? nil : Place(position: position, token: token)
        }
    }
}

extension SubjectIndex {
    /// Which subjects overlap: one of the two lies in the other. For each, the numbers of the others in order.
    ///
    /// At most about `maximum` pairs are told, all those among the first subjects: of pairs whose later subject has the
    /// same number, either all or none.
    /// - Parameter patterns: the subjects that others can lie in.
    func overlaps(patterns: [Int], maximum: Int) -> [Int: [Int]] {
        var pairs: Set<SubjectPair> = []
        var end = subjects.count
        for pattern in patterns where pattern < end {
            forEach(in: pattern, before: end) { number in
                pairs.insert(SubjectPair(pattern, number))
                return true
            }
            guard pairs.count > 2 * maximum else { continue }
            // What comes after so many is not asked for.
            let last = pairs.map(\.later).sorted()[maximum]
            end = last + 1
            pairs = pairs.filter { $0.later < end }
        }
        var found: [Int: [Int]] = [:]
        for pair in pairs {
            found[pair.earlier, default: []].append(pair.later)
            found[pair.later, default: []].append(pair.earlier)
        }
        return found.mapValues { $0.sorted() }
    }
}

/// Two different subjects.
private struct SubjectPair: Hashable {
    let earlier: Int
    let later: Int

    init(_ one: Int, _ other: Int) {
        earlier = min(one, other)
        later = max(one, other)
    }
}
