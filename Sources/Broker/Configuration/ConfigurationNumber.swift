/// What a bare value is that begins with a digit, a minus or a point.
enum ConfigurationNumber: Equatable {
    /// No number: an address, a name, a duration.
    case none
    case integer(Int64, unit: String)
    case float(Double)
    /// A whole number that does not fit, with its unit, in 64 bits.
    case outOfRange
    /// Digits with a point that something else is wrong with.
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
        guard rest.first == "." else {
            self = .none
            return
        }
        let fraction = rest.dropFirst().prefix { $0.isASCIIDigit }
        rest = rest.dropFirst(1 + fraction.count)
        if !fraction.isEmpty, rest.isEmpty, let value = Double(text) {
            self = .float(value)
        } else {
            // A second point makes it an address: 127.0.0.1:4222.
            self = !fraction.isEmpty && rest.first == "." ? .none : .malformed
        }
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
