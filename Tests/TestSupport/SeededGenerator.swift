import Foundation

/// A generator whose seed is printed, so that a failure can be run again: `CHANCERY_TEST_SEED=n`.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    /// - Parameter test: what the line that announces the seed calls the test.
    public static func announced(_ test: String = #function) -> SeededGenerator {
        let given = ProcessInfo.processInfo.environment["CHANCERY_TEST_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1 ... .max)
        print("\(test): seed \(seed)")
        return SeededGenerator(seed: seed)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
