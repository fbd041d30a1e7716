/// Numbers as people write them for limits: `100`, `1k`, `10mib`, `-1` for no limit.
public enum Quantity {
    /// "No limit", as claims write it.
    public static let unlimited: Int64 = -1

    /// Reads a number.
    ///
    /// A unit may follow, in either case: `b`, `k`, `m`, `g`, `t` (and `kb`, `mb`, …) count in thousands, `kib`,
    /// `mib`, `gib`, `tib` (and `ki`, …) in 1,024s. `unlimited` is -1.
    ///
    /// - Throws: an error of code `invalidValue` for anything else, a number below -1 or one past 2⁶³-1.
    public static func parse(_ text: String) throws(AdministrationError) -> Int64 {
        let text = text.lowercased()
        if text == "unlimited" { return unlimited }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "-") }
        let unit = text.dropFirst(digits.count)
        guard let number = Int64(digits), let factor = factors[String(unit)], number >= -1,
            number >= 0 || unit.isEmpty
        else { throw notANumber(text) }
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw notANumber(text) }
        return value
    }

    private static let factors: [String: Int64] = [
        "": 1, "b": 1,
        "k": 1_000, "kb": 1_000, "ki": 1 << 10, "kib": 1 << 10,
        "m": 1_000_000, "mb": 1_000_000, "mi": 1 << 20, "mib": 1 << 20,
        "g": 1_000_000_000, "gb": 1_000_000_000, "gi": 1 << 30, "gib": 1 << 30,
        "t": 1_000_000_000_000, "tb": 1_000_000_000_000, "ti": 1 << 40, "tib": 1 << 40,
    ]

    private static func notANumber(_ text: String) -> AdministrationError {
        AdministrationError(
            .invalidValue, "\"\(text)\" is not a number",
            remedy: "write for example 100, 1k, 10mib, or -1 for no limit")
    }
}
