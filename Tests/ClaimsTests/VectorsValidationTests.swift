import Testing

@testable import Claims

@Suite("Vectors: validation")
struct VectorsValidationTests {
    static let kinds: Set<String> = ["validate"]

    /// Between the times that the vectors call past and those that they call future.
    private static let now: Int64 = 1_790_000_000

    @Test("issues", arguments: Vector.of("validate"))
    func issues(_ vector: Vector) throws {
        let payload = try #require(vector.input["claims"])
        let claims = try VectorsTokenTests.claims(payload)
        var found = claims.validate(at: Self.now, isKnownTimeZone: Self.isKnown)
        try expect(vector.expect["issues_after_decode"] ?? vector.expect["issues"], for: vector, found)
        if case .account(var account) = claims, let limits = payload["nats"]?["limits"] {
            // Reading drops the flat JetStream limits beside tiers, and so the issues about them.
            account.limits = try limits.jsonBytes.withUnsafeBytes { try JSONReader.read($0, as: AccountLimits.self) }
            found = account.validate(at: Self.now, isKnownTimeZone: Self.isKnown)
            try expect(vector.expect["issues"], for: vector, found)
        }
        #expect(found.isBlocking(includingTimeChecks: false) == vector.expect["blocking"]?.flag)
        #expect(found.isBlocking(includingTimeChecks: true) == vector.expect["blocking_with_time"]?.flag)
    }

    private static func isKnown(_ timeZone: String) -> Bool { timeZone == "America/New_York" }

    private func expect(_ issues: JSONValue?, for vector: Vector, _ found: [ValidationIssue]) throws {
        let expected = try #require(issues?.elements)
        var foundTexts = found.map { "\($0.level.rawValue): \($0.description)" }
        var expectedTexts = expected.map { issue in
            "\(issue["level"]?.text ?? ""): \(Strictness.withoutSeeds(issue["description"]?.text ?? ""))"
        }
        if vector.expect["ordered"]?.flag == false {
            foundTexts.sort()
            expectedTexts.sort()
        }
        #expect(foundTexts == expectedTexts)
    }
}
