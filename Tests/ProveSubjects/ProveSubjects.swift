import Enumeration
import TestSupport

/// Proves the algebra of subjects against enumeration: `prove-subjects [ROUNDS]`.
///
/// `make test` runs a twentieth of these rounds.
@main
struct ProveSubjects {
    static func main() throws {
        let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? AlgebraRounds.all
        var random = SeededGenerator.announced("the algebra of subjects against enumeration")
        for universe in AlgebraRounds.universes {
            var check = AlgebraCheck(universe: universe)
            for _ in 0..<(rounds / AlgebraRounds.universes.count) { try report(check.round(&random)) }
            print(check.tally.text(universe))
        }
        var transforms = TransformCheck()
        for _ in 0..<(rounds / AlgebraRounds.universes.count) { try report(transforms.round(&random)) }
        print(
            "\(transforms.rounds) transforms of sets: no difference. Exact were \(transforms.exactImages) images and "
                + "\(transforms.exactPreimages) preimages")
    }

    private static func report(_ fault: String?) throws {
        guard let fault else { return }
        print("difference: \(fault)")
        throw Difference()
    }
}

struct Difference: Error {}
