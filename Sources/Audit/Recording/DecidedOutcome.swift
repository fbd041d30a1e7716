import Authorization

/// What kind of record an event becomes.
enum DecidedOutcome {
    static func kind(of action: Action) -> AuditKind {
        switch action {
        case .connect: .connect
        case .publish: .publish
        case .subscribe: .subscribe
        case .deliver: .deliver
        case .respond: .respond
        case .importUse: .import
        }
    }

    static func kind(of event: DecisionEvent) -> AuditKind {
        event.departure == nil ? kind(of: event.action) : .disconnect
    }

    static func outcome(of event: DecisionEvent) -> AuditOutcome {
        guard let departure = event.departure else { return event.decision.isAllowed ? .allowed : .denied }
        return switch departure {
        case .clientClosed, .signedInAnew: .changed
        case .handshakeFailed, .writeFailed, .readFailed: .error
        case .connectionLimit, .payloadLimit, .controlLineLimit, .subscriptionLimit: .exhausted
        case .refused, .slowConsumerPending, .slowConsumerDeadline, .parseFailed, .stale, .protocolViolation,
            .badProtocolVersion, .serverShutdown, .headerViolation, .headersRequired, .kicked:
            .cut
        }
    }

    /// The broker sees a client go; all else it decides.
    static func evidence(of event: DecisionEvent) -> AuditEvidence {
        guard let departure = event.departure else { return .decided }
        return departure.isCut || departure == .signedInAnew ? .decided : .observed
    }

    /// Sign-ins and ends of connections are never merged.
    static func mayMerge(_ event: DecisionEvent) -> Bool {
        event.serial != 0 && event.action != .connect && !event.decision.isAllowed
    }
}
