public import Authorization

/// The codes of the reasons in a broker's log. The list is closed: what a record says of why is one of these.
public enum AuditReason {
    /// Why a rule refused.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// An entry of a deny list fits.
        case denied = "denied_by_rule"
        /// There is an allow list, and no entry of it fits.
        case notAllowed = "not_allowed_by_any_rule"
        /// Entries fit the subject, but not the queue group.
        case otherQueue = "queue_not_allowed"
        /// A reply subject that the sender may not subscribe to by itself.
        case foreignReply = "foreign_reply"
        /// A subject or queue group that the server keeps to itself.
        case reserved = "reserved_for_server"
    }

    /// Every code.
    public static let all: [String] =
        Refusal.allCases.map(\.rawValue) + Departure.allCases.filter { $0 != .refused }.map(\.rawValue)
        + Rule.allCases.map(\.rawValue)

    /// Why a decision is what it is; nil for one that needs no reason.
    static func code(of event: DecisionEvent) -> String? {
        if let refusal = event.refusal { return refusal.rawValue }
        if let departure = event.departure { return departure.rawValue }
        guard !event.decision.isAllowed else { return nil }
        return switch event.decision.rule.effect {
        case .deny: Rule.denied.rawValue
        case .noAllow, .unrestricted, .allow, .reply: Rule.notAllowed.rawValue
        case .queue: Rule.otherQueue.rawValue
        case .foreignReply: Rule.foreignReply.rawValue
        case .reserved: Rule.reserved.rawValue
        }
    }
}
