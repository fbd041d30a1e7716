import Claims

/// A daily time window, `HH:MM:SS` to `HH:MM:SS`, both ends excluded. A start after the end crosses midnight.
///
/// A fraction of a second is cut off either end. Since `now` is whole seconds too, that lets nobody in early or late.
struct TimeWindow: Sendable, Hashable {
    private static let day = 86_400
    let start: Int
    let end: Int

    /// Nil where one of the two is no time of day.
    init?(_ range: TimeRange) {
        guard let start = TimeOfDayText.seconds(range.start), let end = TimeOfDayText.seconds(range.end) else {
            return nil
        }
        self.start = start
        self.end = end
    }

    /// How many seconds the window stays open, or nil where it is closed.
    func remaining(at now: Int) -> Int? {
        if start <= end { return now > start && now < end ? end - now : nil }
        if now > start { return end + Self.day - now }
        return now < end ? end - now : nil
    }
}
