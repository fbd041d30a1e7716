import Claims

/// A rule in words: what it says and where it stands.
public struct RuleExplanation: Sendable, Hashable, CustomStringConvertible {
    public let rule: Rule
    /// The entry as it stands in the claims, with its templates; nil where no single entry decided.
    public let text: String?
    public let source: RuleSource

    /// The JSON pointer of the list or entry in the claims that ``source`` names; nil for rules of the server.
    public var pointer: String? {
        guard rule.list != .none else { return nil }
        return source.pointer + rule.list.pointer + (rule.entry >= 0 ? "/\(rule.entry)" : "")
    }

    public var description: String {
        switch rule.effect {
        case .unrestricted: "no list restricts it"
        case .allow: "allowed by \"\(text ?? "")\" at \(pointer ?? "")"
        case .deny: "denied by \"\(text ?? "")\" at \(pointer ?? "")"
        case .noAllow: "no entry of \(pointer ?? "the allow list") fits"
        case .queue: "\"\(text ?? "")\" at \(pointer ?? "") is not for this queue group"
        case .reply: "credit for answering a request"
        case .foreignReply: "its sender may not subscribe to the reply subject by itself"
        case .reserved: "kept for the server"
        }
    }
}

extension PermissionProgram {
    /// The words for a rule that decided: the entry's text and its place in the claims.
    public func explain(_ rule: Rule, source: RuleSource) -> RuleExplanation {
        RuleExplanation(rule: rule, text: text(of: rule), source: source)
    }

    /// The entry that a rule names.
    func text(of rule: Rule) -> String? {
        let entries = entries(of: rule.list)
        let index = Int(rule.entry)
        return entries.indices.contains(index) ? entries[index] : nil
    }

    /// The entries of a list, as they stand in the claims.
    func entries(of list: Rule.List) -> [String] {
        switch list {
        case .none: []
        case .publishAllow: permissions.publish.allow
        case .publishDeny: permissions.publish.deny
        case .subscribeAllow: permissions.subscribe.allow
        case .subscribeDeny: permissions.subscribe.deny
        }
    }
}
