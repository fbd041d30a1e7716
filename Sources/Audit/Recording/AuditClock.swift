/// The clocks of whoever writes a log.
public struct AuditClock: Sendable {
    /// The wall clock: microseconds since 1970.
    public var wall: @Sendable () -> Int64
    /// Nanoseconds of a clock that never steps.
    public var steady: @Sendable () -> Int64

    public init(wall: @escaping @Sendable () -> Int64, steady: @escaping @Sendable () -> Int64) {
        (self.wall, self.steady) = (wall, steady)
    }
}

/// Times as records show them. Of one second the text is made once.
struct MomentText {
    private var second: Int64?
    private var text = ""

    /// - Parameter microseconds: since 1970.
    mutating func text(_ microseconds: Int64) -> String {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if whole != second { (second, text) = (whole, AuditMoment.secondText(whole)) }
        let digits = String(max(rest, 0))
        return text + "." + String(repeating: "0", count: 6 - digits.utf8.count) + digits + "Z"
    }
}
