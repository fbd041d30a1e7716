/// What one operation on sets of subjects has spent so far, and how much it may.
///
/// Tenants choose the rules that these operations work on, so each has an end whatever they are: past a limit it throws
/// ``SubjectsTooLarge`` instead of running on.
package struct Effort: Sendable {
    /// Places of an index looked at, tokens compared or copied, runs of lengths merged.
    package private(set) var steps = 0
    /// Patterns in the answer, or in a list on the way to it.
    package private(set) var terms = 0
    package let maximumSteps: Int
    package let maximumTerms: Int

    package init(
        maximumSteps: Int = SubjectSet.maximumSteps, maximumTerms: Int = SubjectSet.maximumTerms
    ) {
        self.maximumSteps = maximumSteps
        self.maximumTerms = maximumTerms
    }

    mutating func spend(_ count: Int) throws(SubjectsTooLarge) {
        steps += count
        guard steps <= maximumSteps else { throw .steps(maximumSteps) }
    }

    mutating func spend(_ count: Int, terms more: Int) throws(SubjectsTooLarge) {
        terms += more
        guard terms <= maximumTerms else { throw .terms(maximumTerms) }
        try spend(count)
    }

    /// Begins to count the patterns of another list.
    mutating func beginList() {
        terms = 0
    }
}

/// An operation on sets of subjects would pass its bound, so there is no exact answer.
///
/// ``SubjectSet/bound`` is always at hand as an answer that is marked `at most`.
public enum SubjectsTooLarge: Error, Sendable, Hashable, CustomStringConvertible {
    /// More patterns in a list than this.
    case terms(Int)
    /// More steps than this.
    case steps(Int)
    /// Differences nested more deeply than this.
    case levels(Int)

    public var description: String {
        switch self {
        case .terms(let most): "the exact set needs more than \(most) patterns; ask about fewer rules at a time"
        case .steps(let most): "the exact answer needs more than \(most) steps; ask about fewer rules at a time"
        case .levels(let most):
            "the exact set needs more than \(most) nested exceptions; ask about fewer rules at a time"
        }
    }
}
