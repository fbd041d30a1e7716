/// Times as people write them: a date, a date with a time, or a span from now.
public enum PointInTime {
    /// Reads a time as Unix seconds.
    ///
    /// - `0` is 0: never, or from the beginning.
    /// - `2030-01-02` is the beginning of that day, UTC.
    /// - `2030-01-02T15:04:05Z` (or with an offset such as `+02:00`) is that moment.
    /// - `30s`, `15m`, `12h`, `7d`, `2w`, `6M`, `1y` is that long after `now`; months and years follow the calendar,
    ///   and a day that the month does not have becomes a day of the next month.
    ///
    /// - Throws: an error of code `invalidValue` for anything else.
    public static func parse(_ text: String, now: Int64) throws(AdministrationError) -> Int64 {
        if text == "0" { return 0 }
        if let span = span(text, from: now) { return span }
        if let moment = moment(text) { return moment }
        throw AdministrationError(
            .invalidValue, "\"\(text)\" is not a time",
            remedy: "write a date such as 2030-01-02, a span such as 30m, 12h, 7d, 2w, 6M or 1y, or 0")
    }

    /// As ``parse(_:now:)``, and whole numbers are Unix seconds; `0` stands for `now`.
    public static func parseMoment(_ text: String, now: Int64) throws(AdministrationError) -> Int64 {
        if text == "0" { return now }
        if text.allSatisfy({ $0.isASCII && $0.isNumber }), let seconds = Int64(text) { return seconds }
        return try parse(text, now: now)
    }

    private static func span(_ text: String, from now: Int64) -> Int64? {
        guard let unit = text.last, let count = Int64(text.dropLast()), count >= 0, count <= 1_000_000_000 else {
            return nil
        }
        switch unit {
        case "s": return adding(count, to: now)
        case "m": return adding(count * 60, to: now)
        case "h": return adding(count * 3_600, to: now)
        case "d": return adding(count * 86_400, to: now)
        case "w": return adding(count * 604_800, to: now)
        case "M": return addingMonths(count, to: now)
        case "y": return addingMonths(count * 12, to: now)
        default: return nil
        }
    }

    private static func adding(_ seconds: Int64, to now: Int64) -> Int64? {
        let (sum, overflow) = now.addingReportingOverflow(seconds)
        return overflow ? nil : sum
    }

    private static func addingMonths(_ months: Int64, to now: Int64) -> Int64? {
        // Past this many months the calendar's arithmetic would mean nothing (and could overflow).
        guard months <= 120_000 else { return nil }
        let day = CivilDate(unixSeconds: now)
        let month = day.month - 1 + months
        let first = CivilDate(year: day.year + month / 12, month: month % 12 + 1, day: 1)
        return (first.daysSinceEpoch + day.day - 1) * 86_400 + day.secondOfDay
    }

    private static func moment(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10]),
            let date = CivilDate(checkedYear: year, month: month, day: day)
        else { return nil }
        let midnight = date.daysSinceEpoch * 86_400
        if bytes.count == 10 { return midnight }
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]), let second = digits(bytes[17..<19]),
            hour < 24, minute < 60, second < 60, let offset = offset(bytes[19...])
        else { return nil }
        return midnight + hour * 3_600 + minute * 60 + second - offset
    }

    /// `Z`, or `+hh:mm`, in seconds east of UTC.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(bytes)
        if bytes == Array("Z".utf8) || bytes == Array("z".utf8) { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = digits(bytes[1..<3]),
            let minutes = digits(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        switch bytes[0] {
        case UInt8(ascii: "+"): return seconds
        case UInt8(ascii: "-"): return -seconds
        default: return nil
        }
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
