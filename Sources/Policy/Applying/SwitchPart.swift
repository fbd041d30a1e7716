/// What is switched at one moment: an account as a whole, or a part of one that is switched in several.
struct SwitchPart: Sendable, Hashable, Comparable {
    enum Aspect: Int, Sendable, Hashable, CaseIterable {
        case whole
        /// Imports that go.
        case departures
        /// Imports that come.
        case arrivals
        case mappings
        /// Keys with what their holders may do, and everything else that an account has.
        case roles

        /// Those of an account that is switched in parts.
        static let parts: [Aspect] = [.departures, .arrivals, .mappings, .roles]
    }

    /// The number of an account.
    let account: Int
    var aspect = Aspect.whole

    /// No account's: what comes or goes with an export, which opens before the switch and closes after it.
    static let exports = SwitchPart(account: -1)
    /// No account's: answers that go anywhere, where so far they went only to what whoever asks may subscribe to. They do when
    /// nothing is there any more of what goes.
    static let answers = SwitchPart(account: -2)

    static func < (one: SwitchPart, other: SwitchPart) -> Bool {
        (one.account, one.aspect.rawValue) < (other.account, other.aspect.rawValue)
    }
}
