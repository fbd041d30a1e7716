/// A difference in access as machines read it.
public struct ChangeAnswer: Codable, Sendable {
    public private(set) var account: String
    public private(set) var holder: String
    public private(set) var action: String
    public private(set) var effect: String
    public private(set) var lines: [String]
    public private(set) var witness: String?
    public private(set) var before: String?
    public private(set) var after: String?
    public private(set) var sources: [String]
    public private(set) var former_sources: [String]

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

extension ChangeAnswer {
    /// The change in words, the first line without the account and the holder.
    public var text: [String] {
        switch effect {
        case "becomes":
            switch (before, after) {
            case (let old?, let new?): return ["\(action): \(old) becomes \(new)"]
            case (let old?, nil): return ["\(action): \(old) goes"]
            case (nil, let new): return ["\(action): \(new ?? "nothing") is new"]
            }
        default:
            let such = witness.map { ", such as \($0)" } ?? ""
            return ["\(effect) \(action) \(lines.first ?? "")\(such)"] + lines.dropFirst().map { "  and \($0)" }
        }
    }
}
