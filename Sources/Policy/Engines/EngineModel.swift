import Authorization
public import Claims
import Subjects

/// What a server does with one holder of a compiled role who is in.
///
/// ```swift
/// let model = try EngineModel(.natsServer, role, values)
/// model.accepts("orders.>", queue: nil)
/// ```
public struct EngineModel: Sendable {
    private enum Rules: Sendable {
        case broker(EffectivePermissions)
        case natsServer(NATSServerRules)
    }

    public let engine: Engine
    private let rules: Rules

    /// - Parameter values: the holder's name and tags, and what the account fills templates with.
    /// - Throws: what keeps the holder from coming in: values that the templates cannot be filled with.
    public init(_ engine: Engine, _ role: CompiledRole, _ values: PermissionTemplate.Values) throws {
        self.engine = engine
        let permissions = role.permissions
        switch engine {
        case .broker:
            let program = try PermissionProgram(permissions, account: values, replies: role.settings.replies)
            rules = .broker(try EffectivePermissions(program, user: values))
        case .natsServer:
            rules = .natsServer(
                NATSServerRules(try PermissionTemplate.expand(permissions, with: values, rules: .natsServer)))
        }
    }

    /// Whether a message is taken, without leave from a request that was received.
    ///
    /// - Parameters:
    ///   - subject: after the account's mappings.
    ///   - reply: the subject for answers that it names; nil for none. Not one that is a server's own.
    public func takes(_ subject: String, reply: String? = nil) -> Bool {
        let bytes = Array(subject.utf8)
        switch rules {
        case .broker(let permissions):
            guard permissions.decide(.publish, subject: bytes.span).isAllowed else { return false }
            guard let reply else { return true }
            return permissions.decide(reply: Array(reply.utf8).span).isAllowed
        case .natsServer(let rules): return rules.takes(bytes)
        }
    }

    /// Whether a message to the reply subject of a request that was received is taken, while there is credit for it.
    public func takesAnswer(_ subject: String) -> Bool {
        let bytes = Array(subject.utf8)
        switch rules {
        case .broker(let permissions): return permissions.decide(.respond, subject: bytes.span).isAllowed
        case .natsServer(let rules): return rules.takes(bytes) || rules.mayRespond
        }
    }

    /// Whether a subscription is accepted.
    ///
    /// - Parameter pattern: a well-formed pattern.
    public func accepts(_ pattern: String, queue: String? = nil) -> Bool {
        let bytes = Array(pattern.utf8)
        switch rules {
        case .broker(let permissions):
            return permissions.decide(.subscribe, subject: bytes.span, queue: queue.map { Array($0.utf8) }).isAllowed
        case .natsServer(let rules): return rules.accepts(bytes, queue)
        }
    }

    /// Whether a message passes to a subscription that was accepted.
    public func delivers(_ subject: String, queue: String? = nil) -> Bool {
        let bytes = Array(subject.utf8)
        switch rules {
        case .broker(let permissions):
            return permissions.decide(.deliver, subject: bytes.span, queue: queue.map { Array($0.utf8) }).isAllowed
        case .natsServer(let rules): return rules.delivers(bytes, queue)
        }
    }
    /// The pattern of a subscription through which a message is delivered: the subject itself, or where that is refused a
    /// wider one that is accepted; nil where there is none.
    public func carrier(of subject: String, queue: String? = nil) -> String? {
        guard delivers(subject, queue: queue) else { return nil }
        if accepts(subject, queue: queue) { return subject }
        // The broker accepts nothing wider than what it allows.
        guard case .natsServer(let rules) = rules else { return nil }
        return rules.patterns(around: Array(subject.utf8)).first { accepts($0, queue: queue) }
    }
}
