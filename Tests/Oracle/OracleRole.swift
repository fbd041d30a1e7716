/// The rules of a role as text, and how to judge by them: one loop over the rules for every question, token by token.
///
/// Deliberately simple, and slow. It shares no code with what it judges. Where a rule has templates, it is filled in as
/// text, once for each combination of values, before anything is compared.
public struct OracleRole {
    public var publishAllow: [String] = []
    public var publishDeny: [String] = []
    public var subscribeAllow: [String] = []
    public var subscribeDeny: [String] = []
    /// Whether delivered requests may be answered.
    public var mayRespond = false

    public init() {}

    /// The role as one user has it, or nil where the user is not let in under it.
    public func filled(for user: OracleUser) -> OracleRules? {
        guard let publishAllow = OracleTemplate.fill(publishAllow, user, isDeny: false, mayHaveQueue: false),
            let publishDeny = OracleTemplate.fill(publishDeny, user, isDeny: true, mayHaveQueue: false),
            let subscribeAllow = OracleTemplate.fill(subscribeAllow, user, isDeny: false, mayHaveQueue: true),
            let subscribeDeny = OracleTemplate.fill(subscribeDeny, user, isDeny: true, mayHaveQueue: true)
        else { return nil }
        return OracleRules(
            publishAllow: publishAllow, publishDeny: publishDeny, subscribeAllow: subscribeAllow,
            subscribeDeny: subscribeDeny, mayRespond: mayRespond,
            restrictsPublish: !self.publishAllow.isEmpty || mayRespond,
            restrictsSubscribe: !self.subscribeAllow.isEmpty)
    }
}

/// What templates are filled with.
public struct OracleUser {
    public var name = ""
    public var subject = ""
    public var accountName = ""
    public var accountSubject = ""
    public var tags: [String] = []
    public var accountTags: [String] = []

    public init() {}
}

/// One rule after its templates were filled in.
public struct OracleRule {
    /// The place in the list of the entry that it came from.
    public let entry: Int
    public let tokens: [[UInt8]]
    /// The tokens of the queue part.
    public let queue: [[UInt8]]?
    /// Whether the entry had templates.
    let isFilled: Bool

    init(entry: Int, _ text: String, isFilled: Bool = false) {
        self.entry = entry
        self.isFilled = isFilled
        let parts = text.utf8.split(separator: UInt8(ascii: " "))
        tokens = OracleRule.split(parts[0])
        queue = parts.count > 1 ? OracleRule.split(parts[1]) : nil
    }

    static func split(_ text: some Collection<UInt8>) -> [[UInt8]] {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
    }

    /// Whether a pattern matches a subject: `*` any one token, `>` one or more at the end. Wildcards match nothing that has
    /// an empty token.
    public static func matches(_ pattern: [[UInt8]], _ subject: [[UInt8]]) -> Bool {
        if subject.contains([]) { return pattern == subject }
        for (index, token) in pattern.enumerated() {
            if token == [UInt8(ascii: ">")], index == pattern.count - 1 { return subject.count > index }
            guard index < subject.count else { return false }
            if token != [UInt8(ascii: "*")], token != subject[index] { return false }
        }
        return pattern.count == subject.count
    }

    public func matches(_ subject: [[UInt8]]) -> Bool { Self.matches(tokens, subject) }

    /// Whether the rule has a queue part that names a group: its very text, or a pattern that matches whatever the group's
    /// name would match, were it a pattern.
    public func names(_ group: [[UInt8]]) -> Bool {
        guard let queue else { return false }
        if queue == group { return true }
        let tail: [UInt8] = [UInt8(ascii: ">")]
        if group.last == tail, !group.contains([]), queue.last != tail { return false }
        return Self.matches(queue, group)
    }
}
