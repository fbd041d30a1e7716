public import Claims
import Subjects

/// The way from the claims of some accounts to others, step by step, and what cannot be reached by any.
///
/// Where exports change, one way after the other is tried until every import that goes on is let in at each step, and none
/// that neither side lets in. Where what comes in one account would meet what goes in another, the accounts are switched
/// one after the other.
public struct ApplyCourse: Sendable {
    /// What would be otherwise than on either side for a while.
    public struct Fault: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            /// An import would be shut out, or somebody in a role, although both sides let it in.
            case shutOut
            /// An import would be let in, although neither side does.
            case letIn
            /// What one account has already would meet what another has still, and somebody in a role gets further than
            /// either side lets them.
            case mixed
        }

        public let kind: Kind
        /// The account that takes something from another, or whose role reaches it.
        public let importer: String
        /// The account that has it.
        public let exporter: String
        /// There.
        public let subject: String
        /// Nil for whoever is in the account.
        public var role: String?
        public var act: AccessRoute.Act?
        /// Whether it is about answers: that somebody has them come to a subject of the exporter, or hears, on a subject of
        /// its own, those that are given there.
        public var isAnswer = false

        public var isShutOut: Bool { kind == .shutOut }
    }

    let old: [String: AccountClaims]
    let new: [String: AccountClaims]
    /// The old claims with new activations.
    private(set) var activated: [String: AccountClaims] = [:]
    private let withdrawn: [String: [WithdrawnActivation]]
    private(set) var transitions: [String: ExportTransition] = [:]
    /// What is shut out, or let in, for a while whatever way is taken.
    public private(set) var faults: [Fault] = []
    let order: SwitchOrder
    let ownReplies: OwnReplies

    /// - Parameters:
    ///   - old: the claims before the first step, by the account's key.
    ///   - new: those after the last, of the same accounts.
    ///   - others: those of accounts that do not change.
    ///   - withdrawn: activations that stop counting, by the exporter's key.
    ///   - ownReplies: the roles of all these accounts whose answers do not go anywhere.
    public init(
        from old: [String: AccountClaims], to new: [String: AccountClaims],
        beside others: [String: AccountClaims] = [:],
        withdrawing withdrawn: [String: [WithdrawnActivation]] = [:], _ ownReplies: OwnReplies = OwnReplies()
    ) {
        (self.old, self.new, self.withdrawn) = (old, new, withdrawn)
        self.ownReplies = ownReplies
        order = SwitchOrder(from: old, to: new, beside: others, ownReplies)
        for (key, claims) in old {
            guard let wanted = new[key], claims.imports != wanted.imports else {
                activated[key] = claims
                continue
            }
            activated[key] = claims.activated(for: wanted) { Self.isShut($0, of: key, by: old[$0.account]) }
        }
        var imports: [String: [(side: ImportSide, passage: ImportPassage)]] = [:]
        for (side, accounts) in [(ImportSide.old, activated), (.new, new), (.always, others)] {
            for (key, claims) in accounts.sorted(by: { $0.key < $1.key }) {
                for item in claims.imports
                where new[item.account].map({ $0.exports != old[item.account]?.exports }) ?? false {
                    guard let passage = ImportPassage(item, of: key) else { continue }
                    imports[item.account, default: []].append((side, passage))
                }
            }
        }
        for (key, claims) in new.sorted(by: { $0.key < $1.key }) {
            let chooser = ExportChooser(
                ExportTransition(from: old[key]?.exports ?? [], to: claims.exports), imports: imports[key, default: []],
                withdrawing: withdrawn[key, default: []])
            transitions[key] = chooser.transition
            faults +=
                chooser.shutOut.map { Fault($0, .shutOut) } + chooser.letIn.map { Fault($0, .letIn) }
        }
        faults += order.faults
    }

    /// Whether the claims of all the accounts that do not change have to be known.
    public static func needsOthers(
        from old: [String: AccountClaims], to new: [String: AccountClaims], _ ownReplies: OwnReplies
    ) -> Bool {
        SwitchOrder.matters(from: old, to: new, ownReplies)
    }

    private static func isShut(_ item: Import, of importer: String, by exporter: AccountClaims?) -> Bool {
        // What accounts let in that are none of these is not known.
        guard let exporter, let passage = ImportPassage(item, of: importer) else { return false }
        return !passage.isLetIn(
            by: exporter.exports.compactMap { export -> (pattern: Pattern, export: Export)? in
                (try? Pattern(export.subject)).map { ($0, export) }
            })
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
        guard let step, let old = old[key], let new = new[key], let activated = activated[key],
            let transition = transitions[key]
        else { return old[key] }
        // What stays is not even sorted.
        guard old != new else { return old }
        switch step {
        case .activate: return activated
        case .widen: return activated.widened(to: new, transition.exports(isSwitched: false))
        case .switch:
            let keepsImports = !order.isPrompt(key) && !order.isParted(key)
            return new.beside(activated, imports: keepsImports, transition.exports(isSwitched: true))
        case .narrowImports: return new.beside(activated, imports: false, transition.exports(isSwitched: true))
        case .narrow: return new
        }
    }
}

extension ApplyCourse.Fault {
    fileprivate init(_ passage: ImportPassage, _ kind: Kind) {
        (importer, exporter) = (passage.importer, passage.item.account)
        (subject, self.kind) = (passage.item.subject, kind)
    }
}
