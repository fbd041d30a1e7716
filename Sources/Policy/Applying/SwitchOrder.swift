import Claims
import Subjects

/// In which order accounts are switched, where it matters: while one has its new claims and another its old ones, messages
/// could take a way that neither the old set nor the new one has.
struct SwitchOrder {
    /// The accounts that are switched after others, by their keys, with how many waves there are before.
    private(set) var wave: [String: Int] = [:]
    /// Those whose old imports go in the switch itself.
    private(set) var prompt: Set<String> = []
    /// Ways that are there for a while in whatever order.
    private(set) var mixtures: [TransitionJudge.Finding] = []
    /// What is shut out for a while in the order that there has to be.
    private(set) var gaps: [TransitionJudge.Finding] = []
    private let graph: TransitionGraph

    /// What is wrong in whatever order.
    var faults: [ApplyCourse.Fault] { mixtures.map { fault($0, .mixed) } + gaps.map { fault($0, .shutOut) } }

    private func fault(_ finding: TransitionJudge.Finding, _ kind: ApplyCourse.Fault.Kind) -> ApplyCourse.Fault {
        ApplyCourse.Fault(
            kind: kind, importer: graph.accounts[finding.holder.account].key,
            exporter: graph.accounts[finding.account].key, subject: finding.subject, role: finding.holder.role,
            act: finding.act)
    }

    /// Whether anything of one account could meet something of another on the way: without that nobody has to know what
    /// all the accounts that do not change say.
    static func matters(from old: [String: AccountClaims], to new: [String: AccountClaims]) -> Bool {
        var (changed, isSharingChanged) = (0, false)
        for (key, claims) in old {
            guard let wanted = new[key], wanted != claims else { continue }
            let isSharing = claims.imports != wanted.imports || claims.exports != wanted.exports
            let isOwn = claims.mappings != wanted.mappings || claims.signingKeys != wanted.signingKeys
            if isSharing || isOwn { changed += 1 }
            isSharingChanged = isSharingChanged || isSharing
        }
        return changed > 1 || isSharingChanged
    }

    /// - Parameter others: the claims of the accounts that stay as they are.
    init(from old: [String: AccountClaims], to new: [String: AccountClaims], beside others: [String: AccountClaims]) {
        graph =
            Self.matters(from: old, to: new)
            ? TransitionGraph(from: old, to: new, beside: others) : TransitionGraph(from: [:], to: [:], beside: [:])
        let judge = TransitionJudge(graph)
        let findings = judge.mixtures()
        guard !findings.isEmpty else { return }
        var order = Precedence()
        // What leaves no choice comes first.
        for finding in findings.sorted(by: { $0.choices.count < $1.choices.count }) where !finding.isSettled {
            if !finding.choices.contains(where: { order.put($0.first, before: $0.then) }) { mixtures.append(finding) }
        }
        let lingering = findings.reduce(into: Set<Int>()) { $0.formUnion($1.reliance.lingering) }
        let prompt = lingering.subtracting([Reliance.exports])
        self.prompt = Set(prompt.map { graph.accounts[$0].key })
        let levels = order.levels()
        for (number, level) in levels where level > 0 { wave[graph.accounts[number].key] = level }
        guard mixtures.isEmpty else { return }
        for last in 0..<(levels.values.max() ?? 0) + 1 {
            let switched = graph.accounts.indices.filter { levels[$0, default: 0] <= last }
            gaps += judge.gaps(Set(switched), prompt: prompt)
        }
    }
}

extension TransitionJudge.Finding {
    /// Whether the way is not there because one account changes at once.
    fileprivate var isSettled: Bool {
        !reliance.lingering.isDisjoint(with: reliance.coming.subtracting([Reliance.exports]))
    }

    /// Which account could be switched before which, so that the way is not there.
    fileprivate var choices: [(first: Int, then: Int)] {
        let going = reliance.leaving.union(reliance.lingering).subtracting([Reliance.exports]).sorted()
        let coming = reliance.coming.subtracting([Reliance.exports]).sorted()
        return going.flatMap { first in coming.map { (first, $0) } }
    }
}

/// What comes before what.
private struct Precedence {
    private var followers: [Int: Set<Int>] = [:]

    /// - Returns: false where the other one has to come first already.
    mutating func put(_ first: Int, before then: Int) -> Bool {
        guard first != then, !isBefore(then, first) else { return false }
        followers[first, default: []].insert(then)
        return true
    }

    private func isBefore(_ first: Int, _ then: Int) -> Bool {
        var seen: Set<Int> = [first]
        var open = [first]
        while let next = open.popLast() {
            for follower in followers[next] ?? [] where seen.insert(follower).inserted {
                if follower == then { return true }
                open.append(follower)
            }
        }
        return false
    }

    /// How many come one after the other before each.
    func levels() -> [Int: Int] {
        var levels: [Int: Int] = [:]
        for first in followers.keys { levels[first] = 0 }
        var isChanged = true
        while isChanged {
            isChanged = false
            for (first, others) in followers {
                for then in others where levels[then, default: 0] <= levels[first, default: 0] {
                    levels[then] = levels[first, default: 0] + 1
                    isChanged = true
                }
            }
        }
        return levels
    }
}
