/// The text of a floating-point number, in the reference's form: the fewest digits that give the same number back, with
/// an exponent below 1e-6 and from 1e21.
enum JSONNumber {
    /// `value` must be finite; anything else, which no JSON text can give, is written as 0.
    static func text(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value.sign == .minus && value == 0 ? "-0" : "0" }
        // Of an integer that is exact, no digit can be spared.
        if value.magnitude <= 9_007_199_254_740_992, let integer = Int64(exactly: value) { return String(integer) }
        let (digits, point) = decimal(value.magnitude)
        let sign = value < 0 ? "-" : ""
        let magnitude = value.magnitude
        if magnitude < 1e-6 || magnitude >= 1e21 {
            let fraction = digits.dropFirst().isEmpty ? "" : "." + digits.dropFirst()
            let exponent = point - 1
            return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// The digits of a positive number, without zeros at either end, and where the point stands among them.
    private static func decimal(_ value: Double) -> (digits: String, point: Int) {
        // "12.5", "5e-324", "1e+16": the standard library also gives the fewest digits.
        let parts = value.description.split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leading)
        while digits.last == "0" { digits.removeLast() }
        return (String(digits), whole.count - leading + exponent)
    }
}
