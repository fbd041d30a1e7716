import Authorization
import Claims

/// What two roles have in common of where and when their holders come in. Nil stands for nothing; an empty list for no
/// restriction.
enum Entrance {
    /// Networks that lie in one of each.
    static func common(_ one: [Placed<String>], _ other: [Placed<String>]) -> [Placed<String>]? {
        if one.isEmpty { return other }
        if other.isEmpty { return one }
        var found: [Placed<String>] = []
        for first in one {
            for second in other {
                guard let common = narrower(first, second), !found.contains(where: { $0.value == common.value }) else {
                    continue
                }
                found.append(common)
            }
        }
        return found.isEmpty ? nil : found
    }

    /// Two networks lie in each other or have nothing in common.
    private static func narrower(_ one: Placed<String>, _ other: Placed<String>) -> Placed<String>? {
        guard let first = NetworkRange(one.value), let second = NetworkRange(other.value) else {
            return one.value == other.value ? one : nil
        }
        if first.prefix <= second.prefix { return first.contains(second.address) ? other : nil }
        return second.contains(first.address) ? one : nil
    }

    /// Hours that lie in both, if they are of one zone; the value is nil where neither has any.
    static func common(
        _ one: RolePolicy.Hours?, _ other: RolePolicy.Hours?
    ) -> (value: RolePolicy.Hours?, Void)? {
        guard let one, let other else { return (one ?? other, ()) }
        guard one.zone.value == other.zone.value, let position = one.ranges.first?.position else { return nil }
        let common = spans(one).flatMap { first in
            spans(other).compactMap { second in
                let (start, end) = (max(first.lowerBound, second.lowerBound), min(first.upperBound, second.upperBound))
                return start < end ? start..<end : nil
            }
        }
        let ranges = joined(common).map {
            RolePolicy.Hours.Range(start: clock($0.start), end: clock($0.end), position: position)
        }
        return ranges.isEmpty ? nil : (RolePolicy.Hours(zone: one.zone, ranges: ranges), ())
    }

    private static let day = 86_400

    /// The seconds of a day that hours cover; what crosses midnight is two spans.
    private static func spans(_ hours: RolePolicy.Hours) -> [Range<Int>] {
        hours.ranges.flatMap { range -> [Range<Int>] in
            guard let start = TimeOfDayText.seconds(range.start), let end = TimeOfDayText.seconds(range.end) else {
                return []
            }
            if start < end { return [start..<end] }
            return (end > 0 ? [0..<end] : []) + [start..<day]
        }
    }

    /// Sorted, what overlaps put together, and what ends at midnight with what begins there.
    private static func joined(_ spans: [Range<Int>]) -> [(start: Int, end: Int)] {
        var result: [(start: Int, end: Int)] = []
        for span in spans.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if let last = result.last, span.lowerBound <= last.end {
                result[result.count - 1].end = max(last.end, span.upperBound)
            } else {
                result.append((span.lowerBound, span.upperBound))
            }
        }
        if result.count > 1, let first = result.first, let last = result.last, first.start == 0, last.end == day {
            result[result.count - 1].end = first.end
            result.removeFirst()
        }
        return result.map { ($0.start, $0.end % day) }
    }

    private static func clock(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
