public import Claims
public import Subjects

/// The permissions of a role, compiled: what every connection of the role is decided by. Immutable and shared.
///
/// There is one way to ask, ``decide(_:subject:queue:)``, for everything that happens on one subject, and its counterpart
/// for the patterns of subscriptions, ``decide(subscribing:queue:)``.
public final class PermissionProgram: Sendable {
    /// Where the rules stand, for explanations.
    public let source: RuleSource

    /// How often, and for how long, a delivered request may be answered although the publish lists do not allow it; nil
    /// if not at all.
    public let response: ResponseTerms?

    private let publishIsRestricted: Bool
    private let publishAllow: RuleTrie
    private let publishDeny: RuleTrie
    private let subscribe: SubscribeRules
    private let texts: PermissionTexts

    /// Compiles effective permissions, that is, after a scope's template was filled in.
    ///
    /// An absent or empty allow list allows everything, except that a response permission turns an empty publish list
    /// into one that allows nothing. An entry that is no subject is skipped in an allow list, and fails closed in a
    /// publish deny with a queue part: its subject counts.
    public init(_ permissions: Permissions, source: RuleSource) {
        self.source = source
        response = permissions.response.map(ResponseTerms.init)
        let publish = permissions.publish
        let subscribe = permissions.subscribe
        publishIsRestricted = !publish.allow.isEmpty || permissions.response != nil
        publishAllow = RuleTrie(
            CompiledEntry.compile(publish.allow).compactMap { $0.queue == nil ? ($0.pattern, $0.entry) : nil })
        publishDeny = RuleTrie(CompiledEntry.compile(publish.deny).map { ($0.pattern, $0.entry) })
        self.subscribe = SubscribeRules(
            allow: CompiledEntry.compile(subscribe.allow), deny: CompiledEntry.compile(subscribe.deny),
            isRestricted: !subscribe.allow.isEmpty)
        texts = PermissionTexts(permissions)
    }

    /// Decides on one subject.
    ///
    /// - Parameters:
    ///   - action: ``Action/publish``; ``Action/respond`` for a reply subject for which the caller holds credit from a
    ///     delivered request, which counts even where a deny matches; ``Action/deliver`` for a message that reaches one
    ///     of the role's subscriptions.
    ///   - subject: the subject as bytes: of a publish, after any mapping; of a delivery, as the subscriber sees it.
    ///   - queue: the queue group of the subscription that a delivery goes through.
    public func decide(_ action: Action, subject: Span<UInt8>, queue: [UInt8]? = nil) -> Decision {
        switch action {
        case .respond:
            return response == nil ? .denied(Rule(.reply)) : .allowed(Rule(.reply))
        case .deliver:
            if let rule = subscribe.denyingRule(delivered: subject, queue: queue) { return .denied(rule) }
            return .allowed(Rule(.unrestricted))
        case .publish, .connect, .subscribe, .importUse:
            return decidePublish(subject)
        }
    }

    private func decidePublish(_ subject: Span<UInt8>) -> Decision {
        var rule = Rule(.unrestricted)
        if publishIsRestricted {
            let entry = publishAllow.match(subject)
            guard entry >= 0 else { return .denied(Rule(.noAllow, .publishAllow)) }
            rule = Rule(.allow, .publishAllow, entry: entry)
        }
        let denied = publishDeny.match(subject)
        return denied >= 0 ? .denied(Rule(.deny, .publishDeny, entry: denied)) : .allowed(rule)
    }

    /// Decides whether a subscription is accepted (rule S1).
    public func decide(subscribing pattern: Pattern, queue: [UInt8]?) -> Decision {
        subscribe.decide(pattern, queue: queue)
    }

    /// Whether the deliveries of an accepted subscription have to be asked about one by one.
    public func needsDeliveryFilter(_ pattern: Pattern, queue: [UInt8]?) -> Bool {
        subscribe.needsDeliveryFilter(pattern, queue: queue)
    }

    /// The words for a rule that decided: the entry's text and its place in the claims.
    public func explain(_ rule: Rule) -> RuleExplanation {
        RuleExplanation(rule: rule, text: texts.entry(rule), source: source)
    }
}

/// How delivered requests may be answered.
public struct ResponseTerms: Sendable, Hashable {
    /// Answers per request; nil for any number.
    public let maximum: Int?
    /// Nanoseconds that the credit lasts; nil for ever.
    public let lifetime: Int64?

    /// 0 stands for the default, one answer within two minutes; a negative number for no limit.
    init(_ permission: ResponsePermission) {
        // What is over 32 bits is as good as 32 bits.
        maximum =
            permission.maxMessages == 0 ? 1 : permission.maxMessages < 0 ? nil : min(permission.maxMessages, 1 << 31)
        lifetime = permission.expires == 0 ? 120_000_000_000 : (permission.expires < 0 ? nil : permission.expires)
    }
}

/// One entry of a permission list, read.
struct CompiledEntry: Sendable {
    let pattern: Pattern
    let queue: QueueName?
    let entry: Int32

    /// Reads `subject` and `subject queue` entries; what is neither is left out.
    static func compile(_ list: [String]) -> [CompiledEntry] {
        list.enumerated().compactMap { index, text in
            let parts = text.utf8.split(separator: UInt8(ascii: " "))
            guard (1...2).contains(parts.count), let entry = Int32(exactly: index),
                let pattern = try? Pattern(bytes: Array(parts[0]))
            else { return nil }
            return CompiledEntry(
                pattern: pattern, queue: parts.count == 2 ? QueueName(Array(parts[1])) : nil, entry: entry)
        }
    }
}
