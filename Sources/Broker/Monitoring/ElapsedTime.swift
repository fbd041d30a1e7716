/// Stretches of time in nats-server's words.
enum ElapsedTime {
    /// `1y2d3h4m5s`, beginning with the largest unit that there is any of: how long somebody has been there.
    static func uptime(_ nanoseconds: Int64) -> String {
        let seconds = max(nanoseconds, 0) / 1_000_000_000
        let (minutes, hours, days, years) = (
            seconds / 60, seconds / 3600, seconds / 86_400, seconds / 86_400 / 365
        )
        if years > 0 { return "\(years)y\(days % 365)d\(hours % 24)h\(minutes % 60)m\(seconds % 60)s" }
        if days > 0 { return "\(days)d\(hours % 24)h\(minutes % 60)m\(seconds % 60)s" }
        if hours > 0 { return "\(hours)h\(minutes % 60)m\(seconds % 60)s" }
        return minutes > 0 ? "\(minutes)m\(seconds % 60)s" : "\(seconds)s"
    }

    /// `643µs`, `1.5ms`, `2.001s`: how long an answer takes.
    static func roundTrip(_ nanoseconds: Int64) -> String {
        let microseconds = max(nanoseconds, 0) / 1000
        if microseconds == 0 { return "\(max(nanoseconds, 0))ns" }
        if microseconds < 1000 { return "\(microseconds)µs" }
        return microseconds < 1_000_000
            ? "\(decimal(microseconds, 3))ms" : "\(decimal(microseconds, 6))s"
    }

    /// A number with so many of its digits behind the point, without zeros at the end.
    private static func decimal(_ number: Int64, _ places: Int) -> String {
        let divisor = (0..<places).reduce(Int64(1)) { product, _ in product * 10 }
        let (whole, rest) = (number / divisor, number % divisor)
        guard rest > 0 else { return String(whole) }
        var digits = String(rest)
        digits = String(repeating: "0", count: places - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
