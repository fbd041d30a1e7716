import Authorization
import FoundationEssentials
import FoundationInternationalization
import Glibc

/// The system's clock and time zones.
enum LocalTime {
    /// The present moment, for decisions that depend on it.
    @Sendable static func moment() -> Moment {
        let now = time(nil)
        return Moment(seconds: Int64(now)) { zone in secondsOfDay(now, zone) }
    }

    /// Nanoseconds since 1970.
    @Sendable static func nanoseconds() -> Int64 {
        SystemClock.nanoseconds(of: CLOCK_REALTIME)
    }

    /// Seconds since midnight in a time zone; nil for a zone that does not exist.
    private static func secondsOfDay(_ now: time_t, _ zone: String) -> Int? {
        if zone.isEmpty || zone == "Local" {
            var now = now
            var parts = tm()
            localtime_r(&now, &parts)
            return Int(parts.tm_hour) * 3600 + Int(parts.tm_min) * 60 + Int(parts.tm_sec)
        }
        guard let zone = TimeZone(identifier: zone) else { return nil }
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(now)))
        let seconds = (Int(now) + offset) % 86_400
        return seconds < 0 ? seconds + 86_400 : seconds
    }

    /// `2026/01/02 03:04:05.123456`, as nats-server's log has it.
    ///
    /// - Parameter nanoseconds: since 1970.
    static func logText(_ nanoseconds: Int64, isUTC: Bool) -> String {
        var seconds = time_t(nanoseconds / 1_000_000_000)
        var parts = tm()
        if isUTC { gmtime_r(&seconds, &parts) } else { localtime_r(&seconds, &parts) }
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map { padded($0, 2) }
        let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0), 2) }
        return date.joined(separator: "/") + " " + time.joined(separator: ":") + "."
            + padded(Int(nanoseconds % 1_000_000_000) / 1000, 6)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
