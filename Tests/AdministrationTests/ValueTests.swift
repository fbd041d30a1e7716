import Foundation
import Testing

@testable import Administration

@Suite struct ValueTests {
    @Test(
        arguments: [
            ("0", 0), ("-1", -1), ("unlimited", -1), ("100", 100), ("1k", 1000), ("1K", 1000), ("10mib", 10 << 20),
            ("2gib", 2 << 30), ("3TiB", 3 << 40), ("5mb", 5_000_000), ("7b", 7), ("8ki", 8192),
            ("9223372036854775807", Int64.max),
        ])
    func `numbers are read with their units`(_ text: String, _ value: Int64) throws {
        #expect(try Quantity.parse(text) == value)
    }

    @Test(arguments: [
        "", "x", "k", "1x", "1.5k", "-2", "-1k", "9223372036854775808", "9223372036854775807k", "1 k", "--1", "٣",
    ])
    func `other texts are no numbers`(_ text: String) {
        #expect(refusal { _ = try Quantity.parse(text) } == .invalidValue)
    }

    @Test(
        arguments: [
            ("0", 0), ("1970-01-01", 0), ("2030-01-02", 1_893_542_400), ("2024-02-29", 1_709_164_800),
            ("2030-01-02T03:04:05Z", 1_893_553_445), ("2030-01-02T03:04:05+02:00", 1_893_546_245),
            ("90s", 1_800_000_090), ("5m", 1_800_000_300), ("2h", 1_800_007_200), ("3d", 1_800_259_200),
            ("2w", 1_801_209_600),
            // From 2027-01-15T08:00:00Z.
            ("1M", 1_802_678_400), ("12M", 1_831_536_000), ("1y", 1_831_536_000),
        ])
    func `times are read in all their forms`(_ text: String, _ value: Int64) throws {
        #expect(try PointInTime.parse(text, now: 1_800_000_000) == value)
    }

    @Test(
        arguments: [
            "", "x", "2023-02-29", "2030-13-01", "2030-00-01", "2030-01-00", "2030-01-32", "30-01-02", "2030-01-02T",
            "5",
            "5x", "-5d", "2030-01-02T25:00:00Z", "2030-01-02T03:04:05", "2030/01/02", "99999999999999999999d",
            "1000000000y", "9223372036854775807w",
        ])
    func `other texts are no times`(_ text: String) {
        #expect(refusal { _ = try PointInTime.parse(text, now: 1_800_000_000) } == .invalidValue)
    }

    @Test func `moments may be Unix seconds, and zero is now`() throws {
        #expect(try PointInTime.parseMoment("0", now: 7) == 7)
        #expect(try PointInTime.parseMoment("1234", now: 7) == 1234)
        #expect(try PointInTime.parseMoment("1970-01-02", now: 7) == 86_400)
    }

    @Test func `dates agree with the calendar of the system`() throws {
        let seed = UInt64.random(in: 0...(.max))
        var generator = SplitMix(state: seed)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<2_000 {
            // From 1600 on: before, the system's formatter uses the Julian calendar.
            let seconds = Int64.random(in: -11_676_096_000...200_000_000_000, using: &generator)
            let text = CivilDate.text(unixSeconds: seconds)
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(text == expected, "seed \(seed)")
            #expect(try PointInTime.parse(text, now: 0) == seconds, "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("0", 0), ("5s", 5_000_000_000), ("1m30s", 90_000_000_000), ("500ms", 500_000_000), ("1.5h", 5_400_000_000_000),
        ("10us", 10_000), ("7ns", 7), ("1d", 86_400_000_000_000),
    ])
    func `durations are read with their units`(_ text: String, _ value: Int64) throws {
        #expect(try DurationText.parse(text) == value)
        #expect(try DurationText.parse(DurationText.text(nanoseconds: value)) == value)
    }

    @Test(arguments: ["", "5", "s", "5x", "-5s", ".s", "5s5", "99999999999999h", "1..5s"])
    func `other texts are no durations`(_ text: String) {
        #expect(refusal { _ = try DurationText.parse(text) } == .invalidValue)
    }

    @Test func `the home is what was said, or what the environment says`() throws {
        func home(_ given: String? = nil, _ environment: [String: String]) throws -> String {
            try Home.locate(given) { environment[$0] }.path
        }
        let all = ["CHANCERY_HOME": "/c", "XDG_DATA_HOME": "/x", "HOME": "/h"]
        #expect(try home("dir/", all) == "dir")
        #expect(try home(nil, all) == "/c")
        #expect(try home(nil, ["XDG_DATA_HOME": "/x/", "HOME": "/h"]) == "/x/chancery")
        #expect(try home(nil, ["XDG_DATA_HOME": "relative", "HOME": "/h"]) == "/h/.local/share/chancery")
        #expect(try home(nil, ["CHANCERY_HOME": "", "HOME": "/h"]) == "/h/.local/share/chancery")
        #expect(refusal { _ = try home(nil, [:]) } == .noSelection)
    }
}

/// A generator that repeats itself from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
