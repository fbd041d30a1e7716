public import Claims
import Subjects

/// The way from the claims of some accounts to others, step by step, and what cannot be reached without a gap.
///
/// Where exports of both sides meet, one way after the other is tried until every import that goes on, and every new one
/// once it is there, is let in at each step.
public struct ApplyCourse: Sendable {
    /// An import that would be shut out for a while, although both sides allow it or it is new.
    public struct Gap: Sendable, Hashable {
        public let importer: String
        public let exporter: String
        public let subject: String
    }

    private let old: [String: AccountClaims]
    private let new: [String: AccountClaims]
    private let withdrawn: [String: [WithdrawnActivation]]
    private let transitions: [String: ExportTransition]
    private var orders: [String: ExportTransition.Order] = [:]
    /// What is shut out for a while whatever way is taken; the new exports then come first.
    public private(set) var gaps: [Gap] = []

    /// - Parameters:
    ///   - old: the claims before the first step, by the account's key.
    ///   - new: those after the last, of the same accounts.
    ///   - withdrawn: activations that stop counting, by the exporter's key.
    public init(
        from old: [String: AccountClaims], to new: [String: AccountClaims],
        withdrawing withdrawn: [String: [WithdrawnActivation]] = [:]
    ) {
        (self.old, self.new, self.withdrawn) = (old, new, withdrawn)
        transitions = new.reduce(into: [:]) { transitions, entry in
            transitions[entry.key] = ExportTransition(
                from: old[entry.key]?.exports ?? [], to: entry.value.exports)
        }
        for (key, transition) in transitions.sorted(by: { $0.key < $1.key }) where transition.isMixed {
            choose(for: key, transition)
        }
    }

    private mutating func choose(for exporter: String, _ transition: ExportTransition) {
        var found: [Gap] = []
        for order in ExportTransition.Order.allCases {
            found = gaps(at: exporter, transition.exports(order, isSwitched: false))
            guard !found.isEmpty else {
                orders[exporter] = order
                return
            }
        }
        orders[exporter] = .newFirst
        gaps += found
    }

    /// The activations for exports of an account that do not count any more once a step is done. What counts so far does
    /// until the last step, when those who go on have others.
    public func withdrawn(by key: String, after step: ApplyStep) -> [WithdrawnActivation] {
        guard step >= .widen else { return [] }
        return withdrawn[key, default: []].filter { step == .narrow || $0.isDormant }
    }

    /// The claims of an account after a step; before the first one for nil.
    public func claims(of key: String, after step: ApplyStep?) -> AccountClaims? {
        var claims = plainClaims(of: key, after: step)
        if let step { claims?.revoke(withdrawn(by: key, after: step)) }
        return claims
    }

    private func plainClaims(of key: String, after step: ApplyStep?) -> AccountClaims? {
        guard let step, let old = old[key], let new = new[key], let transition = transitions[key] else {
            return old[key]
        }
        // What stays is not even sorted.
        guard old != new else { return old }
        let order = orders[key] ?? .widest
        switch step {
        case .activate: return old.activated(for: new)
        case .widen: return old.activated(for: new).widened(to: new, transition.exports(order, isSwitched: false))
        case .switch: return new.beside(old, imports: true, transition.exports(order, isSwitched: true))
        case .narrowImports: return new.beside(old, imports: false, transition.exports(order, isSwitched: true))
        case .narrow: return new
        }
    }

    // MARK: Gaps

    private func gaps(at exporter: String, _ between: [Export]) -> [Gap] {
        let door = Door(between)
        let (before, after) = (Door(old[exporter]?.exports ?? []), Door(new[exporter]?.exports ?? []))
        var gaps: [Gap] = []
        for (importer, claims) in new.sorted(by: { $0.key < $1.key }) {
            func items(_ claims: AccountClaims?) -> [Import] {
                claims?.imports.filter { $0.account == exporter } ?? []
            }
            let later = items(claims).filter { after.admits($0) }
            let shut = later.filter { !door.admits($0) }
            let earlier = items(old[importer]), activated = items(old[importer]?.activated(for: claims))
            let lost = zip(earlier, activated).filter { item, activated in
                before.admits(item) && !door.admits(activated) && later.contains { $0.meets(item) }
            }.map(\.0)
            gaps += (shut + lost).map { Gap(importer: importer, exporter: exporter, subject: $0.subject) }
        }
        return gaps
    }

    /// Exports as whoever imports finds them (rule S5).
    private struct Door {
        let exports: [(pattern: Pattern, export: Export)]

        init(_ exports: [Export]) {
            self.exports = exports.compactMap { export in (try? Pattern(export.subject)).map { ($0, export) } }
        }

        /// Whether an import lies in an export, and every one that it meets is public or grants it.
        func admits(_ item: Import) -> Bool {
            guard let pattern = try? Pattern(item.subject) else { return false }
            let met = exports.filter { $0.export.type == item.type && $0.pattern.overlaps(pattern) }
            return met.contains { pattern.isContained(in: $0.pattern) }
                && (!item.token.isEmpty || met.allSatisfy { !$0.export.tokenRequired })
        }
    }
}

extension Import {
    fileprivate func meets(_ other: Import) -> Bool {
        guard type == other.type, let mine = try? Pattern(subject), let others = try? Pattern(other.subject) else {
            return false
        }
        return mine.overlaps(others)
    }
}
