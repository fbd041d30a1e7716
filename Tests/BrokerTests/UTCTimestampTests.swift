import Testing

@testable import Broker

@Suite struct UTCTimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_767_225_600, "2026-01-01T00:00:00Z"), (4_102_444_799, "2099-12-31T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func agreesWithTheCalendar(_ seconds: Int64, _ text: String) {
        #expect(UTCTimestamp.text(seconds) == text)
    }
}
