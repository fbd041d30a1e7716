/// When a token is dated (`iat`), and when a revocation.
///
/// Servers compare whole seconds: a token counts as revoked if it was issued at or before the revocation, and the
/// higher `iat` wins between two tokens of one account. So two versions never share a second, and a token that comes
/// after a revocation is dated after it, whatever the clock says.
enum IssueTime {
    /// How far ahead of the clock a token may be dated, in seconds. Servers distrust dates that are far ahead, and
    /// the way back from there is long.
    static let furthestAhead: Int64 = 600

    /// How far ahead of the clock a token may be dated that comes in, in seconds: clocks differ, but not by more.
    static let furthestAheadTaken: Int64 = 3_600

    /// The `iat` of the next token of a subject.
    ///
    /// - Parameters:
    ///   - now: the time in Unix seconds.
    ///   - last: the highest `iat` that was issued to the subject, if any.
    ///   - revokedThrough: the time of the latest revocation that covers the subject, if any.
    ///   - furthestAhead: how far ahead it may be, at most ``furthestAhead``.
    /// - Throws: ``TooFarAhead`` if it would be more.
    static func next(
        now: Int64, last: Int64?, revokedThrough: Int64?, furthestAhead: Int64 = IssueTime.furthestAhead
    ) throws(TooFarAhead) -> Int64 {
        let floor = max(last ?? .min, revokedThrough ?? .min)
        guard floor >= now else { return now }
        let ahead = floor.subtractingReportingOverflow(now)
        guard !ahead.overflow, ahead.partialValue < furthestAhead else {
            throw TooFarAhead(floor: floor, seconds: ahead.overflow ? .max : ahead.partialValue - furthestAhead + 1)
        }
        return floor + 1
    }

    /// The time of a revocation that must cover everything issued so far.
    static func revocation(now: Int64, last: Int64?) -> Int64 {
        max(now, last ?? now)
    }
}

/// A token would have to be dated too far in the future. Later it need not be.
struct TooFarAhead: Error {
    /// The time that the token must be dated after.
    let floor: Int64
    /// How many seconds later it could be issued.
    let seconds: Int64

    /// What to tell somebody who does not want to wait.
    var refusal: AdministrationError {
        AdministrationError(
            .tooFarAhead,
            "a new token would have to be dated after \(CivilDate.text(unixSeconds: floor)), too far ahead of the clock",
            remedy: "check the clock, wait, or delete the revocation that lies in the future")
    }
}
