import Testing

@testable import Broker

@Suite struct ConfigurationNumberTests {
    @Test(
        arguments: [
            ("0", 0), ("7", 7), ("007", 7), ("-5", -5), ("1k", 1000), ("1kb", 1024), ("1Ki", 1024), ("1KiB", 1024),
            ("1m", 1_000_000),
            ("1mb", 1 << 20), ("1mi", 1 << 20), ("1MiB", 1 << 20), ("1g", 1_000_000_000), ("1gb", 1 << 30),
            ("2t", 2_000_000_000_000),
            ("1tib", 1 << 40), ("1p", 1_000_000_000_000_000), ("1pb", 1 << 50), ("1e", 1_000_000_000_000_000_000),
            ("7eib", 7 << 60),
            ("-8eb", Int64.min), ("-5k", -5000), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min),
        ] as [(String, Int64)])
    func wholeNumbers(text: String, value: Int64) {
        guard case .integer(let number, _) = ConfigurationNumber(text) else {
            Issue.record("\(text) is no whole number")
            return
        }
        #expect(number == value)
    }

    @Test func theUnitIsKeptAsWritten() {
        #expect(ConfigurationNumber("2M") == .integer(2_000_000, unit: "M"))
        #expect(ConfigurationNumber("2") == .integer(2, unit: ""))
    }

    @Test(arguments: ["8eib", "10eib", "9223372036854775808", "99999999999999999999", "-9eib"])
    func numbersThatDoNotFit(text: String) {
        #expect(ConfigurationNumber(text) == .outOfRange)
    }

    @Test(arguments: [("1.5", 1.5), ("-0.25", -0.25), ("10.0", 10)])
    func fractions(text: String, value: Double) {
        #expect(ConfigurationNumber(text) == .float(value))
    }

    @Test(arguments: [
        ".5", "5.", "5.a", "1.5k", "-", "-a", "1.5e5", "-5x", "10-20", "2026-01-02", "2026-01-02T03:04:05",
        "-2026-01-02T03:04:05Z", "2026-01-02T03:04:05Zx", "1.2.3x", "1.2.3/8", "1.2-3",
    ])
    func whatBeginsAsANumberAndIsNone(text: String) {
        #expect(ConfigurationNumber(text) == .malformed)
    }

    @Test func dates() {
        #expect(ConfigurationNumber("2026-01-02T03:04:05Z") == .date)
    }

    @Test(arguments: [
        "", "a", "1x", "1kx", "1.2.3", "1.2.3.4:5", "1.2.3.4-5", "127.0.0.1", "1e5", "0x10", "1_000", "+5", "1h30m",
        "2s", "１",
    ])
    func whatIsNoNumber(text: String) {
        #expect(ConfigurationNumber(text) == .none)
    }
}

@Suite struct ConfigurationDurationTests {
    @Test(
        arguments: [
            ("0", .zero), ("10s", .seconds(10)), ("2m", .seconds(120)), ("1h30m", .seconds(5400)),
            ("250ms", .milliseconds(250)),
            ("1.5s", .milliseconds(1500)), (".5s", .milliseconds(500)), ("5.s", .seconds(5)), ("+5s", .seconds(5)),
            ("-2s", .seconds(-2)), ("1us", .microseconds(1)), ("1µs", .microseconds(1)), ("3ns", .nanoseconds(3)),
            ("1h0.000000001s", .nanoseconds(3_600_000_000_001)), ("0.1234567891234h", .nanoseconds(444_444_440_844)),
            ("2562047h47m16.854775807s", .nanoseconds(Int64.max)),
        ] as [(String, Duration)])
    func durations(text: String, duration: Duration) {
        #expect(ConfigurationDuration.parse(text) == duration)
    }

    @Test(arguments: [
        "", "2", "s", ".s", "-", "1 s", "1d", "1m-2s", "1s ", "2562047h47m16.854775808s", "99999999999999999999s",
        "9999999999999999999h", "1..5s", "１s",
    ])
    func whatIsNoDuration(text: String) {
        #expect(ConfigurationDuration.parse(text) == nil)
    }
}
