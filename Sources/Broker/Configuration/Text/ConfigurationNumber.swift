/// What a bare value is that begins with a digit, a minus or a point.
enum ConfigurationNumber: Equatable {
    /// No number: an address, a name, a duration.
    case none
    case integer(Int64, unit: String)
    case float(Double)
    /// `2026-01-02T03:04:05Z`
    case date
    /// A whole number that does not fit, with its unit, in 64 bits.
    case outOfRange
    /// Digits with a point or a minus that something else is wrong with.
    case malformed

    /// Powers of 1000 with one letter, of 1024 with two or three, in any case: `k`, `kb`, `ki`, `kib`.
    static let units: [String: Int64] = {
        var units: [String: Int64] = ["": 1]
        for (power, letter) in "kmgtpe".enumerated() {
            units["\(letter)"] = (0...power).reduce(1) { value, _ in value * 1000 }
            for ending in ["b", "i", "ib"] { units["\(letter)\(ending)"] = 1 << (10 * (power + 1)) }
        }
        return units
    }()

    init(_ text: String) {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        let digits = rest.prefix { $0.isASCIIDigit }
        rest = rest.dropFirst(digits.count)
        guard !digits.isEmpty else {
            self = isNegative || rest.first == "." ? .malformed : .none
            return
        }
        if let scale = Self.units[rest.lowercased()] {
            self = Self.integer(digits, isNegative: isNegative, scale: scale, unit: String(rest))
            return
        }
        switch rest.first {
        case "-": self = !isNegative && Self.isDate(text) ? .date : .malformed
        case ".": self = Self.behindPoint(text, rest.dropFirst())
        // Behind a minus there is a number or nothing.
        default: self = isNegative ? .malformed : .none
        }
    }

    /// A fraction, or with a second point an address: `127.0.0.1:4222`.
    private static func behindPoint(_ text: String, _ rest: Substring) -> ConfigurationNumber {
        let fraction = rest.prefix { $0.isASCIIDigit }
        let rest = rest.dropFirst(fraction.count)
        guard !fraction.isEmpty else { return .malformed }
        if rest.isEmpty { return Double(text).map { .float($0) } ?? .malformed }
        let isAddress = rest.first == "." && rest.allSatisfy { $0.isASCIIDigit || ".:-".contains($0) }
        return isAddress ? .none : .malformed
    }

    /// `2026-01-02T03:04:05Z`, with any digits.
    private static func isDate(_ text: String) -> Bool {
        let form = "0000-00-00T00:00:00Z"
        return text.utf8.count == form.utf8.count
            && zip(text.utf8, form.utf8).allSatisfy { $1 == 0x30 ? (0x30...0x39).contains($0) : $0 == $1 }
    }

    private static func integer(
        _ digits: Substring, isNegative: Bool, scale: Int64, unit: String
    ) -> ConfigurationNumber {
        guard let value = Int64((isNegative ? "-" : "") + digits) else { return .outOfRange }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: scale)
        return overflow ? .outOfRange : .integer(scaled, unit: unit)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) && isASCII }
}
