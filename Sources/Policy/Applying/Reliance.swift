/// What a way through accounts relies on that one side of a change has and the other has not, by the numbers of the accounts
/// whose claims say it.
struct Reliance: Sendable, Hashable {
    /// The number of no account: what comes or goes with an export, which opens before the switch and closes after it.
    static let exports = -1

    /// Accounts that have what it needs until they are switched.
    var leaving: Set<Int> = []
    /// Accounts that have it a while longer: old imports, beside the new ones.
    var lingering: Set<Int> = []
    /// Accounts that have it once they are switched.
    var coming: Set<Int> = []

    static let nothing = Reliance()

    func union(_ other: Reliance) -> Reliance {
        Reliance(
            leaving: leaving.union(other.leaving), lingering: lingering.union(other.lingering),
            coming: coming.union(other.coming))
    }

    var isOfOld: Bool { coming.isEmpty }
    var isOfNew: Bool { leaving.isEmpty && lingering.isEmpty }
    /// Whether it could be there at some moment at all: an account changes at once.
    var isPossible: Bool { leaving.isDisjoint(with: coming) }

    /// Whether it is there at a moment.
    ///
    /// - Parameters:
    ///   - switched: the accounts that have changed.
    ///   - prompt: those whose old imports go with the change.
    func isThere(_ switched: Set<Int>, prompt: Set<Int>) -> Bool {
        leaving.isDisjoint(with: switched)
            && lingering.allSatisfy { !switched.contains($0) || !prompt.contains($0) }
            && coming.allSatisfy { $0 == Self.exports || switched.contains($0) }
    }
}
