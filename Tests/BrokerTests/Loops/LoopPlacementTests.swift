import Testing

@testable import Broker

@Suite struct LoopPlacementTests {
    @Test(arguments: [
        ([0, 0, 0], 0), ([1, 0, 0], 0), ([2, 0, 0], 1), ([2, 1, 0], 1), ([2, 2, 1], 2), ([1, 2, 2], 0),
        ([2, 2, 2], 0), ([3, 2, 2], 1), ([3, 3, 2], 2), ([9], 0),
    ])
    func fewShareALoopAndManyAreSpread(_ counts: [Int], _ loop: Int) {
        #expect(LoopPlacement.choose(counts) == loop)
    }
}
