/// When something was recorded: the wall clock for people, and, where it is known, the clock that never steps.
public struct AuditMoment: Sendable, Hashable {
    /// The last second that a record can show: the end of the year 9999.
    private static let lastSecond: Int64 = 253_402_300_799

    /// The time in Unix seconds.
    public let unixSeconds: Int64
    /// The microsecond of that second, 0 to 999,999.
    public let microsecond: Int64
    /// Which start of the machine `sinceBoot` counts from, or nil.
    public let boot: String?
    /// Nanoseconds since the machine was started, or nil.
    public let sinceBoot: Int64?

    /// A moment. Microseconds outside 0...999,999 are taken as the nearest one inside.
    public init(unixSeconds: Int64, microsecond: Int64 = 0, boot: String? = nil, sinceBoot: Int64? = nil) {
        self.unixSeconds = unixSeconds
        self.microsecond = min(max(microsecond, 0), 999_999)
        (self.boot, self.sinceBoot) = (boot, sinceBoot)
    }

    /// RFC 3339, UTC, with microseconds: `2026-11-23T01:02:03.000000Z`.
    public var text: String {
        let digits = String(microsecond)
        return Self.secondText(unixSeconds) + "." + String(repeating: "0", count: 6 - digits.utf8.count) + digits + "Z"
    }

    /// A time to the second, without the fraction and the Z: these texts sort as the times do.
    ///
    /// Times before 1970 and after 9999 are shown as the nearest one between.
    public static func secondText(_ unixSeconds: Int64) -> String {
        let seconds = min(max(unixSeconds, 0), lastSecond)
        // The calendar counts from March, so that a leap day is the last of its year.
        let days = seconds / 86_400 + 719_468
        let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let second = seconds % 86_400
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T"
            + "\(digits(second / 3_600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
