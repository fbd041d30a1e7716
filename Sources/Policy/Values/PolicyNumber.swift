/// Reads the numbers of policies: counts, bytes, durations and shares, each in the one form that it has.
enum PolicyNumber {
    /// A number that may be left out of all bounds.
    enum Limit: Sendable, Hashable {
        case unlimited
        case most(Int64)
    }

    /// `12`, `10k` (10,000) or `2M` (2,000,000).
    static func count(_ text: String) -> Int64? {
        if let factor = ["k": 1_000, "M": 1_000_000 as Int64][String(text.suffix(1))] {
            return scaled(text.dropLast(), by: factor)
        }
        return whole(text[...])
    }

    /// `64B`, `1MiB` (1,048,576) or `1MB` (1,000,000): a unit has to be there.
    static func bytes(_ text: String) -> Int64? {
        let units: [(String, Int64)] = [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("KB", 1_000), ("MB", 1_000_000),
            ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
        ]
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        return scaled(text.dropLast(unit.count), by: factor)
    }

    /// `500ms`, `30s`, `5m`, `24h`, `7d` or `2w`, in nanoseconds.
    static func duration(_ text: String) -> Int64? {
        let units: [(String, Int64)] = [
            ("ms", 1_000_000), ("s", second), ("m", 60 * second), ("h", 3600 * second), ("d", 86_400 * second),
            ("w", 604_800 * second),
        ]
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        return scaled(text.dropLast(unit.count), by: factor)
    }

    /// A duration of whole milliseconds in the largest unit that it is so many of.
    static func text(duration: Int64) -> String {
        let units: [(String, Int64)] = [
            ("d", 86_400 * second), ("h", 3600 * second), ("m", 60 * second), ("s", second), ("ms", 1_000_000),
        ]
        let fitting = units.first { duration >= $0.1 && duration.isMultiple(of: $0.1) } ?? ("ms", 1_000_000)
        return "\(duration / fitting.1)\(fitting.0)"
    }

    private static let second: Int64 = 1_000_000_000

    /// `10%`: a whole share from 1 to 100.
    static func share(_ text: String) -> Int? {
        guard text.hasSuffix("%"), let number = whole(text.dropLast()), (1...100).contains(number) else { return nil }
        return Int(number)
    }

    private static func scaled(_ digits: Substring, by factor: Int64) -> Int64? {
        guard let number = whole(digits) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// Digits alone: no sign, no zero in front, nothing but ASCII.
    private static func whole(_ digits: Substring) -> Int64? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            digits == "0" || !digits.hasPrefix("0")
        else { return nil }
        return Int64(digits)
    }
}
