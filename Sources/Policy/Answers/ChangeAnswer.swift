/// A difference in access as machines read it.
public struct ChangeAnswer: Encodable, Sendable {
    var account: String
    var holder: String
    var action: String
    var effect: String
    var lines: [String]
    var witness: String?
    var before: String?
    var after: String?
    var sources: [String]
    var former_sources: [String]

    public init(_ change: AccessChange) {
        (account, holder, action) = (change.account, change.holder, change.action)
        sources = change.sources.map(\.description)
        former_sources = change.formerSources.map(\.description)
        switch change.effect {
        case .gains(let given): (effect, lines, witness) = ("gains", given.lines, given.witness)
        case .loses(let given): (effect, lines, witness) = ("loses", given.lines, given.witness)
        case .becomes(let old, let new): (effect, lines, before, after) = ("becomes", [], old, new)
        }
    }
}
