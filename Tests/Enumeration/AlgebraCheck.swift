import Subjects

/// Compares the algebra of sets of subjects with enumeration, round by round.
public struct AlgebraCheck {
    /// How often each question had which answer, to see that none is always the same.
    public struct Tally: Sendable {
        public var rounds = 0
        public var contained = 0
        public var overlapping = 0
        public var equal = 0
        public var empty = 0
        public var lists = 0
        /// By the number of lines of the canonical form.
        public var lines: [Int: Int] = [:]
    }

    public private(set) var tally = Tally()
    private let universe: Universe
    /// The canonical forms seen, by members: the same members must always have the same.
    private var forms: [Members: SubjectLines] = [:]
    private let rememberedForms = 100_000

    public init(universe: Universe) {
        self.universe = universe
    }

    /// - Returns: what went wrong, or nil.
    public mutating func round(_ random: inout some RandomNumberGenerator) throws -> String? {
        tally.rounds += 1
        let one = try universe.randomSample(depth: 3, &random)
        // One in three is made from the first, so that equal and contained sets are common.
        let other =
            switch Int.random(in: 0..<6, using: &random) {
            case 0: try rewritten(one)
            case 1: try enlarged(one, &random)
            default: try universe.randomSample(depth: 3, &random)
            }
        let fault = try relationFault(one, other) ?? operationFault(one, other) ?? formFault(one) ?? formFault(other)
        return fault.map { "\($0)\n  one: \(one.text)\n  other: \(other.text)" }
    }

    /// The same set, made from its canonical form.
    private func rewritten(_ sample: Sample) throws -> Sample {
        Sample(set: SubjectSet(try sample.set.lines()), members: sample.members, text: "lines of the first")
    }

    private func enlarged(_ sample: Sample, _ random: inout some RandomNumberGenerator) throws -> Sample {
        let more = try universe.randomSample(depth: 0, &random)
        return Sample(
            set: try more.set.union(sample.set), members: sample.members.union(more.members),
            text: "\(more.text) + the first")
    }

    private mutating func relationFault(_ one: Sample, _ other: Sample) throws -> String? {
        if universe.members(of: one.set) != one.members { return "membership" }
        let isSubset = try one.set.isSubset(of: other.set)
        if isSubset != one.members.isSubset(of: other.members) { return "containment is not \(isSubset)" }
        let overlaps = try one.set.overlaps(other.set)
        if overlaps == one.members.intersection(other.members).isEmpty { return "overlap is not \(overlaps)" }
        let isEqual = try one.set.isEqual(to: other.set)
        if isEqual != (one.members == other.members) { return "equality is not \(isEqual)" }
        let isEmpty = try one.set.isEmpty()
        if isEmpty != one.members.isEmpty { return "emptiness is not \(isEmpty)" }
        tally.contained += isSubset ? 1 : 0
        tally.overlapping += overlaps ? 1 : 0
        tally.equal += isEqual ? 1 : 0
        tally.empty += isEmpty ? 1 : 0
        return nil
    }

    private func operationFault(_ one: Sample, _ other: Sample) throws -> String? {
        let operations: [(String, SubjectSet, Members)] = [
            ("union", try one.set.union(other.set), one.members.union(other.members)),
            ("intersection", try one.set.intersection(other.set), one.members.intersection(other.members)),
            ("difference", try one.set.subtracting(other.set), one.members.subtracting(other.members)),
        ]
        for (name, set, members) in operations {
            if universe.members(of: set) != members { return name }
            if let fault = try witnessFault(set, members) { return "\(name): \(fault)" }
        }
        return nil
    }

    private func witnessFault(_ set: SubjectSet, _ members: Members) throws -> String? {
        guard let witness = try set.witness() else { return members.isEmpty ? nil : "no witness" }
        let isInside = set.contains(witness.span) && universe.contains(witness, in: members)
        return isInside ? nil : "witness \(String(decoding: witness, as: UTF8.self))"
    }

    private mutating func formFault(_ sample: Sample) throws -> String? {
        let form = try sample.set.lines()
        tally.lines[form.lines.count, default: 0] += 1
        // The definition, by enumeration: each level is the least list around what the one before has too much.
        var rest = sample.members
        for level in form.lines.flatMap({ [$0.patterns, $0.exceptions] }) {
            let least = universe.least(rest)
            if universe.members(of: level) != least { return "form \(form)" }
            for index in level.indices {
                var fewer = level
                fewer.remove(at: index)
                if universe.members(of: fewer) == least { return "form \(form): \(level[index]) can be left out" }
            }
            rest = least.subtracting(rest)
        }
        if !rest.isEmpty { return "form \(form) is not all" }
        if try SubjectSet(form).lines() != form { return "form \(form) has another form" }
        if let known = forms[sample.members], known != form { return "forms \(form) and \(known) of one set" }
        if forms.count < rememberedForms { forms[sample.members] = form }

        let isList = universe.least(sample.members) == sample.members
        let patterns = try sample.set.patterns()
        if isList != (patterns != nil) { return "list of patterns: \(String(describing: patterns))" }
        if let patterns, patterns != form.lines.first?.patterns ?? [] { return "list of patterns: \(patterns)" }
        tally.lists += isList ? 1 : 0
        return nil
    }
}
