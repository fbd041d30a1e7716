/// One entry of a permission list, read: `subject` or `subject queue`, with templates as places for values.
struct RuleEntry: Sendable {
    enum Token: Sendable, Hashable {
        case literal([UInt8])
        /// `*`
        case any
        case template(TemplateToken)
    }

    /// The tokens of a pattern, and whether it goes on with `>`.
    struct Words: Sendable {
        var tokens: [Token]
        var hasTail: Bool
    }

    /// The place in the list.
    let index: Int32
    let subject: Words
    let queue: Words?
    /// The slot of each different template of the entry, in the order in which they occur.
    let variables: [SlotReference]
    /// Whether one token holds two templates, or one template stands in two tokens: then the tokens have to be looked at
    /// together.
    let isJoint: Bool

    init(index: Int32, subject: Words, queue: Words?, variables: [SlotReference]) {
        self.index = index
        self.subject = subject
        self.queue = queue
        self.variables = variables
        var occurrences = 0
        for case .template(let token) in subject.tokens + (queue?.tokens ?? []) { occurrences += token.templateCount }
        isJoint =
            occurrences > variables.count
            || (subject.tokens + (queue?.tokens ?? [])).contains {
                if case .template(let token) = $0 { token.templateCount > 1 } else { false }
            }
    }
}

/// A token with templates in it, such as `KV_{{tag(bucket)}}`.
struct TemplateToken: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case text([UInt8])
        /// A template, by its number among the different templates of the entry.
        case variable(Int, SlotReference)
    }

    let pieces: [Piece]

    var templateCount: Int {
        pieces.count { if case .variable = $0 { true } else { false } }
    }

    /// The plain text before the first template.
    var prefix: [UInt8] {
        if case .text(let text) = pieces.first { text } else { [] }
    }

    /// The plain text behind the last template.
    var suffix: [UInt8] {
        if pieces.count > 1, case .text(let text) = pieces.last { text } else { [] }
    }

    /// The slot of a token with a single template.
    var onlySlot: SlotReference? {
        guard templateCount == 1 else { return nil }
        for case .variable(_, let slot) in pieces { return slot }
        return nil
    }
}
