import Claims

/// A daily time window, `HH:MM:SS` to `HH:MM:SS`, both ends excluded. A start after the end crosses midnight.
struct TimeWindow: Sendable, Hashable {
    private static let day = 86_400
    let start: Int
    let end: Int

    /// Nil where one of the two is no time of day.
    init?(_ range: TimeRange) {
        guard let start = Self.seconds(range.start), let end = Self.seconds(range.end) else { return nil }
        self.start = start
        self.end = end
    }

    /// How many seconds the window stays open, or nil where it is closed.
    func remaining(at now: Int) -> Int? {
        if start <= end { return now > start && now < end ? end - now : nil }
        if now > start { return end + Self.day - now }
        return now < end ? end - now : nil
    }

    private static func seconds(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = Int(parts[0]), let minute = Int(parts[1]), let second = Int(parts[2]),
            (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}
