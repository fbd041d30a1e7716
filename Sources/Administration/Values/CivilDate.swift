/// A day of the Gregorian calendar, UTC.
public struct CivilDate: Sendable, Hashable {
    /// The year.
    public let year: Int64
    /// The month, 1 to 12.
    public let month: Int64
    /// The day of the month, from 1.
    public let day: Int64
    /// The second of the day, 0 to 86,399.
    public let secondOfDay: Int64

    init(year: Int64, month: Int64, day: Int64) {
        (self.year, self.month, self.day, secondOfDay) = (year, month, day, 0)
    }

    /// The day, if the calendar has it.
    init?(checkedYear year: Int64, month: Int64, day: Int64) {
        self.init(year: year, month: month, day: day)
        guard (1...12).contains(month), day >= 1, CivilDate(unixSeconds: daysSinceEpoch * 86_400).day == day else {
            return nil
        }
    }

    /// The day and second of a Unix time. Counting starts in March, so that a leap day is the last of its year.
    public init(unixSeconds: Int64) {
        // Times beyond ±100,000 years are shown as the nearest one that the arithmetic holds for.
        let seconds = min(max(unixSeconds, -3_155_760_000_000), 3_155_760_000_000)
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        secondOfDay = rest
    }

    /// Days since 1970-01-01.
    var daysSinceEpoch: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Shows a Unix time as `2030-01-02T15:04:05Z`.
    public static func text(unixSeconds: Int64) -> String {
        let date = CivilDate(unixSeconds: unixSeconds)
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let time = (date.secondOfDay / 3_600, date.secondOfDay / 60 % 60, date.secondOfDay % 60)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(padded(time.0, 2)):\(padded(time.1, 2)):\(padded(time.2, 2))Z"
    }
}
