public import Authorization

/// What a broker takes from outside: the time, and a place for words. Parameters, so that tests can choose them.
public struct BrokerEnvironment: Sendable {
    public enum LogLevel: Int, Sendable, Comparable {
        case trace, debug, info, warning, error, fatal

        public static func < (one: LogLevel, other: LogLevel) -> Bool { one.rawValue < other.rawValue }
    }

    public var moment: @Sendable () -> Moment
    /// Nanoseconds since 1970, for what is only shown.
    public var nanoseconds: @Sendable () -> Int64
    public var log: @Sendable (LogLevel, String) -> Void

    /// - Parameter nanoseconds: where it is left out, the moment's seconds.
    public init(
        moment: @escaping @Sendable () -> Moment, nanoseconds: (@Sendable () -> Int64)? = nil,
        log: @escaping @Sendable (LogLevel, String) -> Void
    ) {
        self.moment = moment
        self.nanoseconds =
            nanoseconds ?? { moment().seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue }
        self.log = log
    }
}

extension BrokerEnvironment {
    /// The present time as RFC 3339 text in UTC.
    func timestamp() -> String {
        UTCTimestamp.text(nanoseconds: nanoseconds())
    }
}

/// Unix seconds as `2026-01-02T03:04:05Z`.
enum UTCTimestamp {
    static func text(_ seconds: Int64) -> String {
        let day = seconds.quotientRoundingDown(86_400)
        let rest = seconds - day * 86_400
        let (year, month, date) = civil(day)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))"
            + "T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
    }

    /// Unix nanoseconds as `2026-01-02T03:04:05.006Z`, without zeros at the end.
    static func text(nanoseconds: Int64) -> String {
        let seconds = nanoseconds.quotientRoundingDown(1_000_000_000)
        var digits = padded(nanoseconds - seconds * 1_000_000_000, 9)
        while digits.hasSuffix("0") { digits.removeLast() }
        let text = text(seconds)
        return digits.isEmpty ? text : "\(text.dropLast()).\(digits)Z"
    }

    /// Days since 1970 as a date of the Gregorian calendar, counted in eras of 400 years that begin in March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.quotientRoundingDown(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension Int64 {
    fileprivate func quotientRoundingDown(_ divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
