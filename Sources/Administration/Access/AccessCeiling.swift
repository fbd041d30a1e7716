public import Claims
import Subjects

/// What a delegated administrator may issue at most. Nil bounds nothing.
public struct AccessCeiling: Sendable, Hashable {
    /// Seconds from now to the latest expiry of a user.
    public var lifetime: Int64?
    /// Subscriptions of a user.
    public var subscriptions: Int64?
    /// Bytes of a user's largest message.
    public var payload: Int64?
    /// Patterns of the subjects that may be published to.
    public var publish: [String]?
    /// Patterns of the subjects that may be subscribed to.
    public var subscribe: [String]?

    public init() {}

    var fault: String? {
        for number in [lifetime, subscriptions, payload].compactMap(\.self) where number <= 0 {
            return "a ceiling is a positive number"
        }
        for text in (publish ?? []) + (subscribe ?? []) where (try? Pattern(text)) == nil {
            return "a ceiling's subject is not a pattern"
        }
        return nil
    }

    /// Whether another ceiling is nowhere higher.
    func contains(_ other: AccessCeiling) -> Bool {
        func isBelow(_ own: Int64?, _ value: Int64?) -> Bool {
            own.map { own in value.map { $0 <= own } ?? false } ?? true
        }
        func isBelow(_ own: [String]?, _ value: [String]?) -> Bool {
            own.map { own in value.map { Self.covers(own, $0) } ?? false } ?? true
        }
        return isBelow(lifetime, other.lifetime) && isBelow(subscriptions, other.subscriptions)
            && isBelow(payload, other.payload) && isBelow(publish, other.publish)
            && isBelow(subscribe, other.subscribe)
    }

    /// Why permissions and limits go beyond the ceiling, or nil: a sentence without a full stop.
    public func objection(to limits: UserPermissionLimits) -> String? {
        if let subscriptions, !(0...subscriptions).contains(limits.subscriptions) {
            return "more than \(subscriptions) subscriptions"
        }
        if let payload, !(0...payload).contains(limits.payload) { return "messages larger than \(payload) bytes" }
        if let publish, !Self.covers(publish, limits.permissions.publish.allow) {
            return "publishing to more than the ceiling's subjects"
        }
        if publish != nil, limits.permissions.response != nil {
            return "answering requests, whose subjects the ceiling does not name"
        }
        // A queue group narrows a subscription, so only its subject counts.
        let subscribed = limits.permissions.subscribe.allow.map { String($0.prefix { $0 != " " }) }
        if let subscribe, !Self.covers(subscribe, subscribed) {
            return "subscribing to more than the ceiling's subjects"
        }
        return nil
    }

    /// Why an expiry goes beyond the ceiling, or nil.
    ///
    /// - Parameter expires: Unix seconds; 0 for never.
    public func objection(toExpiry expires: Int64, at now: Int64) -> String? {
        guard let lifetime else { return nil }
        let (latest, overflow) = now.addingReportingOverflow(lifetime)
        guard !overflow, expires == 0 || expires > latest else { return nil }
        return "a lifetime of more than \(lifetime) seconds"
    }

    /// An empty list allows everything, which only everything covers.
    private static func covers(_ outer: [String], _ inner: [String]) -> Bool {
        let union = PatternUnion(outer.compactMap { try? Pattern($0) })
        guard let everything = try? Pattern(">") else { return false }
        guard !inner.isEmpty else { return union.contains(everything) }
        return inner.allSatisfy { text in
            guard let pattern = try? Pattern(fixedPart(of: text)) else { return false }
            return union.contains(pattern)
        }
    }

    /// A pattern that holds whatever a template comes to, which is known only when a user signs in: all below the tokens
    /// before its first function, as a value may be of more than one token for some server. A text without functions is itself.
    private static func fixedPart(of text: String) -> String {
        let tokens = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = tokens.firstIndex(where: { $0.utf8.contains(UInt8(ascii: "{")) }) else { return text }
        return (tokens[..<first] + [">"]).joined(separator: ".")
    }
}
