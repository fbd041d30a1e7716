import Testing

@testable import Claims

@Suite("Vectors: validation")
struct VectorsValidationTests {
    static let kinds: Set<String> = ["validate"]

    /// Between the times that the vectors call past and those that they call future.
    private static let now: Int64 = 1_790_000_000

    @Test("issues", arguments: Vector.of("validate"))
    func issues(_ vector: Vector) throws {
        let claims = try VectorsTokenTests.claims(#require(vector.input["claims"]))
        let found = claims.validate(at: Self.now) { $0 == "America/New_York" }
        // Reading drops the flat JetStream limits beside tiers, and so the issues about them.
        let expected = try #require((vector.expect["issues_after_decode"] ?? vector.expect["issues"])?.elements)
        var foundTexts = found.map { "\($0.level.rawValue): \($0.description)" }
        var expectedTexts = expected.map { "\($0["level"]?.text ?? ""): \($0["description"]?.text ?? "")" }
        if vector.expect["ordered"]?.flag == false {
            foundTexts.sort()
            expectedTexts.sort()
        }
        #expect(foundTexts == expectedTexts)
        guard vector.expect["issues_after_decode"] == nil else { return }
        #expect(found.isBlocking(includingTimeChecks: false) == vector.expect["blocking"]?.flag)
        #expect(found.isBlocking(includingTimeChecks: true) == vector.expect["blocking_with_time"]?.flag)
    }
}
