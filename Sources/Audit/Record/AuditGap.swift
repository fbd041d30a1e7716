/// What a log cannot tell, and why.
public struct AuditGap: Sendable, Hashable {
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        /// Events came faster than they could be written.
        case flood
        /// The log could not be written to.
        case disk
        /// The broker ended without closing the log.
        case crash
        /// The wall clock stepped.
        case clock
    }

    public var cause: Cause
    /// When it began and ended. Of a clock that stepped, what it showed before and after.
    public var from: String
    public var to: String
    /// How many events were lost, by their kinds and outcomes, such as `publish.denied`; nil where nobody knows.
    public var lost: [String: Int64]?
    /// No more than so many were lost, where nobody knows how many.
    public var atMost: Int64?

    public init(cause: Cause, from: String, to: String, lost: [String: Int64]? = nil, atMost: Int64? = nil) {
        (self.cause, self.from, self.to, self.lost, self.atMost) = (cause, from, to, lost, atMost)
    }
}
