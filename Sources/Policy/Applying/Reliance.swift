/// What a way through accounts relies on that one side of a change has and the other has not: the parts of accounts whose
/// claims say it.
struct Reliance: Sendable, Hashable {
    /// What has what it needs until it is switched.
    var leaving: Set<SwitchPart> = []
    /// What has it a while longer: old imports, beside the new ones.
    var lingering: Set<SwitchPart> = []
    /// What has it once it is switched.
    var coming: Set<SwitchPart> = []

    static let nothing = Reliance()

    func union(_ other: Reliance) -> Reliance {
        Reliance(
            leaving: leaving.union(other.leaving), lingering: lingering.union(other.lingering),
            coming: coming.union(other.coming))
    }

    var isOfOld: Bool { coming.isEmpty }
    var isOfNew: Bool { leaving.isEmpty && lingering.isEmpty }
    /// Whether it is on neither side.
    var isMixed: Bool { !isOfOld && !isOfNew }

    /// Whether it could be there at some moment at all: what is switched at once is never there by half, what an account
    /// imports no more is gone before other imports come, and answers go anywhere only in the end.
    var isPossible: Bool {
        guard isMixed else { return true }
        return leaving.isDisjoint(with: coming) && !coming.contains(.answers)
            && !leaving.contains { part in
                part.aspect == .departures && coming.contains(SwitchPart(account: part.account, aspect: .arrivals))
            }
    }

    /// Whether it is there at a moment.
    ///
    /// - Parameters:
    ///   - isSwitched: whether something of an account has changed.
    ///   - prompt: the accounts whose old imports go with the change.
    func isThere(_ isSwitched: (SwitchPart) -> Bool, prompt: Set<SwitchPart>) -> Bool {
        !leaving.contains(where: isSwitched)
            && !lingering.contains { prompt.contains($0) && isSwitched($0) }
            && coming.allSatisfy { $0 == .exports || $0 != .answers && isSwitched($0) }
    }

    /// In an order that is the same in each process: whoever goes on with an apply goes on in its order.
    var inOrder: [[SwitchPart]] { [leaving.sorted(), lingering.sorted(), coming.sorted()] }
}

extension [[SwitchPart]] {
    func precedes(_ other: [[SwitchPart]]) -> Bool {
        for (one, two) in zip(self, other) where one != two { return one.lexicographicallyPrecedes(two) }
        return false
    }
}
