import Claims
import Subjects

/// In which order accounts are switched, where it matters: while one has its new claims and another its old ones, messages
/// could take a way that neither the old set nor the new one has.
///
/// An account is switched at one moment, unless that leaves no order: then those that have to do with it are switched in
/// parts, imports that go before those that come, and mappings and roles each when it is their turn.
struct SwitchOrder {
    /// How many waves there are before the one that something is switched in, where there are any.
    private let levels: [SwitchPart: Int]
    /// Accounts whose old imports go in the switch itself.
    private let prompt: Set<SwitchPart>
    /// Ways that are there for a while in whatever order.
    private var mixtures: [TransitionJudge.Finding] = []
    /// What is shut out for a while in the order that there has to be.
    private var gaps: [TransitionJudge.Finding] = []
    /// The keys of accounts that the order is about.
    private let ordered: Set<String>
    private let graph: TransitionGraph

    /// - Parameter others: the claims of the accounts that stay as they are.
    init(
        from old: [String: AccountClaims], to new: [String: AccountClaims], beside others: [String: AccountClaims],
        _ ownReplies: OwnReplies
    ) {
        guard Self.matters(from: old, to: new, ownReplies) else {
            self.init(TransitionGraph(from: [:], to: [:], beside: [:], ownReplies))
            return
        }
        let whole = SwitchOrder(TransitionGraph(from: old, to: new, beside: others, ownReplies))
        self = whole
        guard !whole.isFaultless else { return }
        let parted = SwitchOrder(
            TransitionGraph(from: old, to: new, beside: others, ownReplies, inParts: whole.ordered))
        if parted.isFaultless { self = parted }
    }

    private init(_ graph: TransitionGraph) {
        self.graph = graph
        let judge = TransitionJudge(graph)
        let all = judge.mixtures()
        let findings = all.filter { !$0.isSettled }
        prompt = all.reduce(into: Set()) { $0.formUnion($1.reliance.lingering) }.subtracting([.exports])
        var order = Precedence<SwitchPart>()
        // What leaves no choice comes first.
        for finding in findings.sorted(by: { $0.leavesLess(than: $1) }) {
            if !finding.choices.contains(where: { order.put($0.first, before: $0.then) }) { mixtures.append(finding) }
        }
        let choices = findings.flatMap(\.choices)
        ordered = Set(choices.flatMap { [$0.first.account, $0.then.account] }.map { graph.accounts[$0].key })
        levels = order.levels()
        guard mixtures.isEmpty, !all.isEmpty else { return }
        for last in 0...(levels.values.max() ?? 0) {
            gaps += judge.gaps({ [levels] in levels[$0, default: 0] <= last }, prompt: prompt)
        }
    }

    // MARK: Waves

    /// How many waves there are.
    var count: Int { (levels.values.max() ?? 0) + 1 }

    /// Whether an account is switched in parts.
    func isParted(_ key: String) -> Bool { graph.isParted(key) }

    /// The wave in which a part of an account is switched.
    func wave(of aspect: SwitchPart.Aspect, of key: String) -> Int {
        graph.part(aspect, of: key).flatMap { levels[$0] } ?? 0
    }

    /// Whether the old imports of an account go in the switch itself.
    func isPrompt(_ key: String) -> Bool { graph.part(.departures, of: key).map(prompt.contains) ?? false }

    // MARK: Faults

    private var isFaultless: Bool { mixtures.isEmpty && gaps.isEmpty }

    /// What is wrong in whatever order.
    var faults: [ApplyCourse.Fault] { mixtures.map { fault($0, .mixed) } + gaps.map { fault($0, .shutOut) } }

    private func fault(_ finding: TransitionJudge.Finding, _ kind: ApplyCourse.Fault.Kind) -> ApplyCourse.Fault {
        let isReceived = finding.act == .receive || finding.act == .hearAnswers
        return ApplyCourse.Fault(
            kind: kind, importer: graph.accounts[finding.holder.account].key,
            exporter: graph.accounts[finding.account].key, subject: finding.subject, role: finding.holder.role,
            act: isReceived ? .receive : .publish,
            isAnswer: finding.act == .ask || finding.act == .hearAnswers)
    }

    /// Whether anything of one account could meet something of another on the way: without that nobody has to know what
    /// all the accounts that do not change say.
    static func matters(
        from old: [String: AccountClaims], to new: [String: AccountClaims], _ ownReplies: OwnReplies
    ) -> Bool {
        var (changed, isSharingChanged) = (0, false)
        for (key, claims) in old {
            guard let wanted = new[key] else { continue }
            let isAnswering = wanted.signingKeys.contains { ownReplies.changes($0.key) }
            guard wanted != claims || isAnswering else { continue }
            let isSharing = claims.imports != wanted.imports || claims.exports != wanted.exports
            let isOwn = claims.mappings != wanted.mappings || claims.signingKeys != wanted.signingKeys || isAnswering
            if isSharing || isOwn { changed += 1 }
            isSharingChanged = isSharingChanged || isSharing
        }
        return changed > 1 || isSharingChanged
    }
}

extension TransitionJudge.Finding {
    /// Whether the way is not there because one account changes at once.
    fileprivate var isSettled: Bool { !reliance.lingering.isDisjoint(with: reliance.coming.subtracting([.exports])) }

    /// What could be switched before what, so that the way is not there.
    fileprivate var choices: [(first: SwitchPart, then: SwitchPart)] {
        let going = reliance.leaving.union(reliance.lingering).subtracting([.exports]).sorted()
        let coming = reliance.coming.subtracting([.exports]).sorted()
        return going.flatMap { first in coming.map { (first, $0) } }
    }

    /// Whether there are fewer choices; in an order that is the same in each process.
    fileprivate func leavesLess(than other: TransitionJudge.Finding) -> Bool {
        let (mine, others) = (choices.count, other.choices.count)
        return mine != others ? mine < others : reliance.inOrder.precedes(other.reliance.inOrder)
    }
}
