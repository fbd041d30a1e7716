import DecisionProof
import TestSupport
import Testing

/// A little of what `make prove` does ten million times: compiled programs against the oracle. `make test` runs a twentieth
/// of that in release, since the oracle takes forty times as long without optimisation.
@Suite struct DecisionProofTests {
    @Test func programsDecideAsTheOracleDoes() {
        var generator = SeededGenerator.announced()
        var proof = DecisionProof(seed: generator.next())
        proof.run(decisions: 5_000, ruleSets: 100)
        for difference in proof.tally.differences { Issue.record("\(difference)") }
        #expect(proof.tally.differenceCount == 0)
        for outcome in DecisionProof.outcomes { #expect(proof.tally.share(outcome) > 20, "\(outcome) is rare") }
    }
}
