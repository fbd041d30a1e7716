import NKeys

extension UserClaims {
    func validate(_ issues: inout IssueList, _ isKnownTimeZone: (String) -> Bool) {
        limits.permissions.validate(&issues)
        for (index, network) in limits.sources.enumerated() where !NetworkText.isValid(network) {
            issues.error("invalid cidr \(quoted(network)) in user src limits", at: "src", .element(index))
        }
        for (index, range) in limits.times.enumerated() {
            issues.at("times", .element(index)) { range.validate(&$0) }
        }
        if let fault = TimeZoneNames.fault(limits.timeZone, isKnownTimeZone) {
            issues.error("could not parse iana time zone by name: \(fault)", at: "times_location")
        }
        if !issuerAccount.isEmpty, !PublicKey.isValid(issuerAccount, .account) {
            issues.error("account_id is not an account public key", at: "issuer_account")
        }
    }
}

extension TimeRange {
    func validate(_ issues: inout IssueList) {
        if start.isEmpty {
            issues.error("time ranges start must contain a start", at: "start")
        } else if !TimeOfDayText.isValid(start) {
            issues.error("start in time range is invalid \(quoted(start))", at: "start")
        }
        if end.isEmpty {
            issues.error("time ranges end must contain an end", at: "end")
        } else if !TimeOfDayText.isValid(end) {
            issues.error("end in time range is invalid \(quoted(end))", at: "end")
        }
    }
}

/// Times of day as text.
package enum TimeOfDayText {
    /// Whether the text is a time of day; see ``seconds(_:)``.
    static func isValid(_ text: String) -> Bool { seconds(text) != nil }

    /// The whole seconds since midnight of `H:MM:SS` or `HH:MM:SS`, or nil if it is neither. A fraction of a second
    /// may follow after a dot or a comma, and is cut off.
    package static func seconds(_ text: String) -> Int? {
        var rest = text.utf8[...]
        guard let hour = number(&rest, digits: 1...2), hour < 24, skip(0x3A, &rest),
            let minute = number(&rest, digits: 2...2), minute < 60, skip(0x3A, &rest),
            let second = number(&rest, digits: 2...2), second < 60
        else { return nil }
        let seconds = hour * 3600 + minute * 60 + second
        guard let mark = rest.popFirst() else { return seconds }
        guard mark == 0x2E || mark == 0x2C, !rest.isEmpty, rest.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return seconds
    }

    private static func number(_ text: inout Substring.UTF8View, digits: ClosedRange<Int>) -> Int? {
        let found = text.prefix(digits.upperBound).prefix { (0x30...0x39).contains($0) }
        guard found.count >= digits.lowerBound else { return nil }
        text = text.dropFirst(found.count)
        return found.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func skip(_ byte: UInt8, _ text: inout Substring.UTF8View) -> Bool {
        text.popFirst() == byte
    }
}
