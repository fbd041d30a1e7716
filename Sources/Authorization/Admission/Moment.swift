/// The moment of a sign-in. The core reads no clock, so both forms of it are handed in.
public struct Moment: Sendable {
    /// Unix seconds.
    public var seconds: Int64
    /// Seconds since local midnight in a time zone (IANA name; empty for the server's own); nil for an unknown zone.
    public var secondsOfDay: @Sendable (_ zone: String) -> Int?

    public init(seconds: Int64, secondsOfDay: @escaping @Sendable (_ zone: String) -> Int?) {
        self.seconds = seconds
        self.secondsOfDay = secondsOfDay
    }
}
