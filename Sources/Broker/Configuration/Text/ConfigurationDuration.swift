/// Durations as nats-server writes them: `2m`, `1h30m`, `1.5s`, `250ms`; `0` needs no unit.
enum ConfigurationDuration {
    /// Nanoseconds in a unit.
    private static let units: [Substring: UInt64] = [
        "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]

    /// Reads a duration; nil for what is none and for more than 292 years.
    static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        if rest == "0" { return .zero }
        guard !rest.isEmpty else { return nil }
        var total: UInt64 = 0
        while !rest.isEmpty {
            guard let part = part(&rest) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { return nil }
            total = sum
        }
        guard let nanoseconds = Int64(exactly: total) else { return nil }
        return .nanoseconds(isNegative ? -nanoseconds : nanoseconds)
    }

    /// A number with a unit, in nanoseconds.
    private static func part(_ rest: inout Substring) -> UInt64? {
        let whole = digits(&rest)
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let name = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
        rest = rest.dropFirst(name.count)
        guard let unit = units[name], let count = whole.isEmpty ? 0 : UInt64(whole) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        let (sum, carry) = product.addingReportingOverflow(Self.fraction(fraction, of: unit))
        return overflow || carry ? nil : sum
    }

    /// Digits behind a point, of a unit. What is finer than a nanosecond is cut off.
    private static func fraction(_ digits: Substring, of unit: UInt64) -> UInt64 {
        var (value, scale): (UInt64, UInt64) = (0, 1)
        // An hour has 13 digits of nanoseconds, and 15 more digits than none keep every product below 2^128.
        for digit in digits.prefix(15) {
            value = value * 10 + UInt64(digit.wholeNumberValue ?? 0)
            scale *= 10
        }
        let product = value.multipliedFullWidth(by: unit)
        // The quotient is below `unit`, since `value` is below `scale`.
        return scale.dividingFullWidth(product).quotient
    }

    private static func digits(_ rest: inout Substring) -> Substring {
        let digits = rest.prefix { ("0"..."9").contains($0) && $0.isASCII }
        rest = rest.dropFirst(digits.count)
        return digits
    }
}
