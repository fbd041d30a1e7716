/// Reads the days of policies.
enum PolicyDate {
    /// `2027-01-01` as Unix seconds: the day's beginning in UTC. From 1970 to 9999.
    static func day(_ text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, zip(parts, [4, 2, 2]).allSatisfy({ $0.count == $1 }),
            parts.joined().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]),
            year >= 1970, (1...12).contains(month), day >= 1, day <= length(of: month, in: year)
        else { return nil }
        // Years begin in March here, so that the day that comes every four years is their last.
        let years = month > 2 ? year : year - 1
        let months = (month + 9) % 12
        let days = 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1
        return (days - 719_468) * 86_400
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}
