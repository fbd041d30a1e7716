import DecisionProof
import Dispatch
import Foundation
import Synchronization

/// `prove [--decisions N] [--rule-sets N] [--seed N]`: compiled permissions against the oracle and the algebra, on two
/// threads. Ends with 1 where anything differs, or where an outcome is too rare to prove something.
@main
enum Prove {
    private static let workers = 2

    static func main() {
        let decisions = number("--decisions") ?? 10_000_000
        let ruleSets = number("--rule-sets") ?? 200_000
        let seed = number("--seed").map { UInt64(max(1, $0)) } ?? UInt64.random(in: 1 ... .max)
        print("permissions: \(decisions) decisions over \(ruleSets) rule sets, seed \(seed)")
        let total = Mutex(DecisionProof.Tally())
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            var proof = DecisionProof(seed: seed &+ UInt64(worker))
            // A few more, should both make the same.
            proof.run(decisions: decisions / workers, ruleSets: ruleSets / workers + ruleSets / 100)
            let tally = proof.tally
            total.withLock { $0.add(tally) }
        }
        let tally = total.withLock { $0 }
        let different = tally.fingerprints.count
        print(
            "\(tally.decisions) decisions over \(tally.ruleSets) rule sets, \(different) of them different, "
                + "\(tally.refusedUsers) users not let in")
        let mutated = tally.mutated * 100 / max(1, tally.decisions)
        print(
            "\(mutated) % of the subjects and patterns were made from a rule; \(tally.algebra) decided by the algebra too"
        )
        for (outcome, _) in tally.outcomes.sorted(by: { $0.value > $1.value }) {
            let share = tally.share(outcome)
            print("  \(share / 10).\(share % 10) %  \(outcome)")
        }
        for difference in tally.differences { print("differs: \(difference)") }
        print("\(tally.differenceCount) differences")
        let isTold = DecisionProof.outcomes.allSatisfy { tally.share($0) >= 50 }
        if !isTold { print("an outcome is under 5 %: the rule sets prove too little") }
        let isEnough = different >= ruleSets && mutated >= 50
        if !isEnough { print("too few different rule sets, or too few subjects near their rules") }
        exit(tally.differenceCount == 0 && isTold && isEnough ? 0 : 1)
    }

    private static func number(_ option: String) -> Int? {
        let words = CommandLine.arguments
        guard let place = words.firstIndex(of: option), place + 1 < words.count else { return nil }
        return Int(words[place + 1])
    }
}
