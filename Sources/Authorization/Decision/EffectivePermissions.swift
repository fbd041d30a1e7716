public import Claims

/// What one principal may do: the program of its role, the values that fill its templates, and where it stands. Two
/// references and a byte; the program is shared.
///
/// There is one way to ask, ``decide(_:subject:queue:)``, for everything that happens on a subject. Asking takes no
/// memory, except for subscriptions in queue groups whose patterns have wildcards and meet entries with groups.
public struct EffectivePermissions: Sendable {
    /// What the server's own rules depend on.
    public struct Standing: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// In the system account.
        public static let systemAccount = Standing(rawValue: 1)
        /// In an account that answers authentication callouts.
        public static let calloutAccount = Standing(rawValue: 2)
    }

    public let program: PermissionProgram
    public let standing: Standing
    let values: TemplateValues

    init(program: PermissionProgram, values: TemplateValues, standing: Standing) {
        self.program = program
        self.values = values
        self.standing = standing
    }

    /// The permissions of one user under a program.
    ///
    /// - Throws: ``TemplateFault``.
    public init(
        _ program: PermissionProgram, user: PermissionTemplate.Values = PermissionTemplate.Values(),
        standing: Standing = []
    ) throws(TemplateFault) {
        self.init(program: program, values: try program.fill(user), standing: standing)
    }

    @inline(__always)
    private var fillings: Fillings { Fillings(user: values, account: program.accountValues) }

    /// Decides on one subject.
    ///
    /// - Parameters:
    ///   - action: ``Action/publish``; ``Action/respond`` to publish where the caller holds credit from a delivered
    ///     request, which counts even where a deny matches; ``Action/subscribe`` with a pattern (rule S1);
    ///     ``Action/deliver`` for a message that reaches a subscription that was allowed.
    ///   - subject: as bytes: of a publish, after any mapping; of a delivery, as the subscriber sees it; of a
    ///     subscription, a well-formed pattern.
    ///   - queue: the queue group of a subscription, or of the one that a delivery goes through.
    public func decide(_ action: Action, subject: Span<UInt8>, queue: [UInt8]? = nil) -> Decision {
        switch action {
        case .publish, .connect, .importUse: return publish(subject)
        case .respond:
            let decision = publish(subject)
            if decision.isAllowed || decision.rule.effect == .reserved { return decision }
            return program.response == nil ? decision : .allowed(Rule(.reply))
        case .subscribe:
            if let queue, ReservedNames.isReservedGroup(queue.span) { return .denied(Rule(.reserved)) }
            return program.subscribe.decide(subject, queue: queue, seed: program.seed, fillings)
        case .deliver:
            let rule = program.subscribe.denyingRule(
                delivered: subject, queue: queue, seed: program.seed, fillings)
            return rule < 0 ? .allowed(Rule(.unrestricted)) : .denied(Rule(.deny, .subscribeDeny, entry: rule))
        }
    }

    private func publish(_ subject: Span<UInt8>) -> Decision {
        if ReservedNames.isReserved(subject, standing) { return .denied(Rule(.reserved)) }
        return program.publish.decide(subject, seed: program.seed, fillings)
    }

    /// Decides whether a message may name a reply subject: not one that is the server's own and, where the role says
    /// so, only one that the sender may subscribe to by itself (rule S16).
    public func decide(reply: Span<UInt8>) -> Decision {
        if ReservedNames.isReservedReply(reply) { return .denied(Rule(.reserved)) }
        guard program.replies == .own else { return .allowed(Rule(.unrestricted)) }
        guard ReservedNames.isPattern(reply) else { return .denied(Rule(.foreignReply)) }
        let decision = program.subscribe.decide(reply, queue: nil, seed: program.seed, fillings)
        guard !decision.isAllowed else { return decision }
        return .denied(Rule(.foreignReply, decision.rule.list, entry: decision.rule.entry))
    }

    /// Whether the deliveries of an accepted subscription have to be asked about one by one.
    public func needsDeliveryFilter(_ pattern: Span<UInt8>, queue: [UInt8]?) -> Bool {
        program.subscribe.needsDeliveryFilter(pattern, queue: queue, seed: program.seed, fillings)
    }

    /// The most bytes that this principal holds by itself for its templates.
    public var valueSize: Int { values.size }
}
