import Subjects

/// Looks for entries of other queue groups that take subjects of a pattern away from a group: wherever such an entry
/// meets the pattern, entries that name the group have to contain the meeting.
///
/// Made only for subscriptions in a group, with wildcards, under entries with groups; the work is bounded, and what is
/// past the bound is refused.
struct GroupSearch {
    private let rules: SubscribeRules
    private let group: GroupName
    private let seed: UInt64
    private let fillings: Fillings
    private var budget = ProgramLimits.subscribeBudget

    init(rules: SubscribeRules, group: GroupName, seed: UInt64, fillings: Fillings) {
        self.rules = rules
        self.group = group
        self.seed = seed
        self.fillings = fillings
    }

    /// An entry that meets the pattern where the group is not named, or -1.
    mutating func entryElsewhere(_ words: Span<UInt8>, hasTail: Bool) -> Int32 {
        guard let pattern = Self.pattern(words, hasTail) else { return rules.groupEntries.first?.index ?? -1 }
        for entry in rules.groupEntries {
            var filled = FilledEntries(entry, fillings)
            while let (subject, named) = filled.next() {
                budget -= 1 + subject.tokens.count
                guard budget > 0 else { return entry.index }
                guard let meeting = subject.intersection(pattern) else { continue }
                if let named, names(named) { continue }
                // Taken off before they are taken, and all that it might take.
                budget -= rules.groupAllow.maximumSteps
                guard budget > 0, isNamed(meeting) else { return entry.index }
            }
        }
        return -1
    }

    private static func pattern(_ words: Span<UInt8>, _ hasTail: Bool) -> Pattern? {
        let bytes = words.withUnsafeBufferPointer { Array($0) }
        let tail = hasTail ? Array((bytes.isEmpty ? ">" : ".>").utf8) : []
        return try? Pattern(bytes: bytes + tail)
    }

    /// Whether a group's part of an entry names the group: by its text, or as a pattern of names.
    private func names(_ words: FilledEntries.Words) -> Bool {
        group.isNamed(by: Pattern(tokens: words.tokens, hasTail: words.hasTail))
    }

    /// Whether entries that name the group contain a pattern.
    private func isNamed(_ pattern: Pattern) -> Bool {
        let text = pattern.bytes
        let words = PatternWords(text.span)
        let span = text.span.extracting(0..<words.count)
        let tokens = SubjectTokens(span, seed: seed, isEmpty: words.isEmpty)
        var coverage = PatternCoverage()
        rules.groupAllow.cover(
            &coverage, span, hasTail: words.hasTail, tokens, queue: .group(group), fillings)
        return coverage.rule >= 0
    }
}

/// An entry with its templates filled in, one combination of values after the other.
struct FilledEntries {
    typealias Words = (tokens: [Pattern.Token], hasTail: Bool)

    private let entry: RuleEntry
    private let fillings: Fillings
    private var chosen: [Int]
    private var isDone: Bool

    init(_ entry: RuleEntry, _ fillings: Fillings) {
        self.entry = entry
        self.fillings = fillings
        let ranges = entry.variables.map { fillings[$0].indices($0.index) }
        chosen = ranges.map(\.lowerBound)
        isDone = ranges.contains { $0.isEmpty }
    }

    mutating func next() -> (subject: Pattern, queue: Words?)? {
        guard !isDone else { return nil }
        let subject = fill(entry.subject)
        let result = (Pattern(tokens: subject.tokens, hasTail: subject.hasTail), entry.queue.map(fill))
        advance()
        return result
    }

    private mutating func advance() {
        var number = chosen.count - 1
        while number >= 0 {
            let slot = entry.variables[number]
            let range = fillings[slot].indices(slot.index)
            chosen[number] += 1
            if chosen[number] < range.upperBound { return }
            chosen[number] = range.lowerBound
            number -= 1
        }
        isDone = true
    }

    private func fill(_ words: RuleEntry.Words) -> Words {
        let tokens = words.tokens.map { token -> Pattern.Token in
            switch token {
            case .any: return .any
            case .literal(let bytes): return .literal(bytes)
            case .template(let template):
                return .literal(
                    template.pieces.flatMap { piece in
                        switch piece {
                        case .text(let bytes): bytes
                        case .variable(let number, let slot): fillings[slot].bytes(chosen[number])
                        }
                    })
            }
        }
        return (tokens, words.hasTail)
    }
}
