import Claims
import Subjects

/// Finds the ways on which an account's exports become others while nobody is shut out, or let in, for a moment.
///
/// Exports that meet, or that one import meets, go one way together; the others go theirs.
struct ExportChooser {
    private(set) var transition: ExportTransition
    /// What is shut out for a while whatever way is taken.
    private(set) var shutOut: [ImportPassage] = []
    /// What is let in for a while that neither side lets in, whatever way is taken.
    private(set) var letIn: [ImportPassage] = []

    private let withdrawn: (dormant: [WithdrawnActivation], all: [WithdrawnActivation])
    private var travellers: [Traveller] = []

    /// An import, with what it is at each end.
    private struct Traveller {
        let side: ImportSide
        let passage: ImportPassage
        /// The places of the exports that it meets.
        let met: [Int]
        var isLetIn = (before: false, after: false)
        /// Whether it is there on both sides, in whole or in part, and let in by both.
        var goesOn = false
        /// Whether what comes in by it does on its own side, or on the other.
        var isAllowed = false
    }

    /// - Parameters:
    ///   - imports: what accounts take from this one, by when they do.
    ///   - withdrawn: activations that stop counting.
    init(
        _ transition: ExportTransition, imports: [(side: ImportSide, passage: ImportPassage)],
        withdrawing withdrawn: [WithdrawnActivation]
    ) {
        self.transition = transition
        self.withdrawn = (withdrawn.filter(\.isDormant), withdrawn)
        let changed = transition.slots.indices.filter { transition.slots[$0].isChanged }
        guard !changed.isEmpty, !imports.isEmpty else { return }
        let index = SlotIndex(transition.slots)
        travellers = imports.compactMap { side, passage in
            let met = index.met(passage.item.type, passage.pattern)
            guard met.contains(where: { transition.slots[$0].isChanged }) else { return nil }
            return Traveller(side: side, passage: passage, met: met)
        }
        judgeEnds()
        for group in groups(index, changed) { choose(for: group) }
    }

    // MARK: Ends

    private mutating func judgeEnds() {
        for index in travellers.indices {
            let one = travellers[index]
            if one.side != .new { travellers[index].isLetIn.before = isLetIn(one, \.old, []) }
            if one.side != .old { travellers[index].isLetIn.after = isLetIn(one, \.new, withdrawn.all) }
        }
        let byImporter = Dictionary(grouping: travellers.indices) { travellers[$0].passage.importer }
        for group in byImporter.values {
            let before = group.filter { travellers[$0].isLetIn.before },
                after = group.filter { travellers[$0].isLetIn.after }
            let ways = FirstTokens(after.map { travellers[$0].passage.pattern })
            for one in before {
                for number in ways.candidates(travellers[one].passage.pattern) {
                    let other = after[number]
                    guard travellers[one].passage.meets(travellers[other].passage) else { continue }
                    travellers[one].goesOn = true
                    travellers[other].goesOn = true
                }
            }
            for one in group {
                let passage = travellers[one].passage
                let isLetIn = travellers[one].isLetIn
                travellers[one].isAllowed =
                    isLetIn.before || isLetIn.after
                    || (travellers[one].side == .old ? after : travellers[one].side == .new ? before : []).contains {
                        passage.lies(in: travellers[$0].passage)
                    }
            }
        }
    }

    private func isLetIn(
        _ one: Traveller, _ side: (ExportTransition.Slot) -> Export?, _ withdrawn: [WithdrawnActivation]
    ) -> Bool {
        one.passage.isLetIn(
            by: one.met.compactMap { place -> (pattern: Pattern, export: Export)? in
                let slot = transition.slots[place]
                guard let pattern = slot.pattern, var export = side(slot) else { return nil }
                export.revoke(withdrawn)
                return (pattern, export)
            })
    }

    // MARK: Groups

    private struct Group {
        var places: [Int] = []
        var travellers: [Int] = []
    }

    /// Exports that change, with the imports that meet them: apart from all others.
    private func groups(_ index: SlotIndex, _ changed: [Int]) -> [Group] {
        var union = UnionFind(count: transition.slots.count)
        for place in changed {
            let slot = transition.slots[place]
            guard let pattern = slot.pattern else { continue }
            for other in index.met(slot.type, pattern) where transition.slots[other].isChanged {
                union.join(place, other)
            }
        }
        let met = travellers.map { $0.met.filter { transition.slots[$0].isChanged } }
        for places in met { for other in places.dropFirst() { union.join(places[0], other) } }
        var groups: [Int: Group] = [:]
        for (number, places) in met.enumerated() {
            groups[union.root(of: places[0]), default: Group()].travellers.append(number)
        }
        for place in changed { groups[union.root(of: place)]?.places.append(place) }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }

    // MARK: Ways

    private struct Faults {
        var shutOut: [Int] = []
        var letIn: [Int] = []
        /// Whether something new comes only with the last step.
        var isLate = false
    }

    private mutating func choose(for group: Group) {
        var best: (way: ExportTransition.Way, faults: Faults)?
        for way in ExportTransition.Way.all {
            let found = faults(of: group, by: way)
            func rank(_ faults: Faults) -> [Int] {
                [faults.letIn.count, faults.shutOut.count, faults.isLate ? 1 : 0]
            }
            if let best, !rank(found).lexicographicallyPrecedes(rank(best.faults)) { continue }
            best = (way, found)
            if rank(found) == [0, 0, 0] { break }
        }
        guard let best else { return }
        transition.send(group.places, by: best.way)
        shutOut += best.faults.shutOut.map { travellers[$0].passage }
        letIn += best.faults.letIn.map { travellers[$0].passage }
    }

    /// What a way does to imports, before the switch and after it.
    private func faults(of group: Group, by way: ExportTransition.Way) -> Faults {
        var faults = Faults()
        for number in group.travellers {
            let one = travellers[number]
            let isLetIn = [false, true].map { isSwitched in
                self.isLetIn(
                    one, { $0.isChanged ? $0.between(way, isSwitched: isSwitched) : $0.new }, withdrawn.dormant)
            }
            let isIn = isLetIn.allSatisfy { $0 }
            if one.goesOn, !isIn, one.side != .always || one.isLetIn.before && one.isLetIn.after {
                faults.shutOut.append(number)
            }
            if !one.isAllowed, isLetIn.contains(true) { faults.letIn.append(number) }
            if one.isLetIn.after, !isIn { faults.isLate = true }
        }
        return faults
    }
}

/// When an import is there.
enum ImportSide: Sendable, Hashable {
    /// Until old imports go, with the activation that it gets.
    case old
    /// From the switch on.
    case new
    /// All the time: in an account that does not change.
    case always
}

/// Finds the exports that a pattern meets.
private struct SlotIndex {
    private let places: [Int]
    private let types: [ExportType]
    private let patterns: [Pattern]
    private let index: FirstTokens

    init(_ slots: [ExportTransition.Slot]) {
        let known = slots.indices.compactMap { place in slots[place].pattern.map { (place, slots[place].type, $0) } }
        (places, types, patterns) = (known.map(\.0), known.map(\.1), known.map(\.2))
        index = FirstTokens(patterns)
    }

    func met(_ type: ExportType, _ pattern: Pattern) -> [Int] {
        index.candidates(pattern).filter { types[$0] == type && patterns[$0].overlaps(pattern) }.map { places[$0] }
    }
}

/// Numbers that are put together into groups.
private struct UnionFind {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<count) }

    mutating func root(of number: Int) -> Int {
        var number = number
        while parents[number] != number {
            parents[number] = parents[parents[number]]
            number = parents[number]
        }
        return number
    }

    mutating func join(_ one: Int, _ other: Int) {
        let (one, other) = (root(of: one), root(of: other))
        // The least number stands for its group.
        parents[max(one, other)] = min(one, other)
    }
}

extension Export {
    /// Revokes what is withdrawn, where it is about this export.
    fileprivate mutating func revoke(_ withdrawn: [WithdrawnActivation]) {
        for item in withdrawn where item.isOf(self) { revocations.revoke(item.importer, at: item.time) }
    }
}
