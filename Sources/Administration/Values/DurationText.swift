/// Durations as people write them: `500ms`, `5s`, `1m30s`, `2h`.
public enum DurationText {
    /// Reads a duration as nanoseconds.
    ///
    /// One or more numbers, each with its unit: `ns`, `us`, `ms`, `s`, `m`, `h`, `d`; fractions such as `1.5h` are
    /// allowed. `0` needs no unit.
    ///
    /// - Throws: an error of code `invalidValue` for anything else, negative durations and those past 292 years.
    public static func parse(_ text: String) throws(AdministrationError) -> Int64 {
        if text == "0" { return 0 }
        var rest = text[...]
        var total: Int64 = 0
        repeat {
            let whole = rest.prefix(while: isDigit)
            rest = rest.dropFirst(whole.count)
            var fraction: Substring = ""
            if rest.first == "." {
                rest = rest.dropFirst()
                fraction = rest.prefix(while: isDigit)
                rest = rest.dropFirst(fraction.count)
            }
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let factor = nanoseconds[String(unit)], !(whole.isEmpty && fraction.isEmpty),
                let part = scaled(whole, fraction, factor)
            else { throw notADuration(text) }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { throw notADuration(text) }
            total = sum
        } while !rest.isEmpty
        return total
    }

    private static let nanoseconds: [String: Int64] = [
        "ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000,
        "m": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    private static func scaled(_ whole: Substring, _ fraction: Substring, _ factor: Int64) -> Int64? {
        guard let number = whole.isEmpty ? 0 : Int64(whole) else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        guard !fraction.isEmpty else { return value }
        // Nine digits are a nanosecond of a second: more cannot be told apart in any sensible setting.
        guard let share = Double("0." + fraction.prefix(9)) else { return nil }
        let (sum, tooLarge) = value.addingReportingOverflow(Int64(share * Double(factor)))
        return tooLarge ? nil : sum
    }

    private static func notADuration(_ text: String) -> AdministrationError {
        AdministrationError(
            .invalidValue, "\"\(text)\" is not a duration", remedy: "write for example 500ms, 5s, 1m30s or 2h")
    }

    /// Shows nanoseconds in the largest unit that needs no fraction: `1500ms`, `2m`.
    public static func text(nanoseconds value: Int64) -> String {
        let units: [(String, Int64)] = [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
        ]
        for (unit, factor) in units where value != 0 && value % factor == 0 {
            return "\(value / factor)\(unit)"
        }
        return value == 0 ? "0" : "\(value)ns"
    }
}
