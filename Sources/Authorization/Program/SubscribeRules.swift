/// The subscribe lists of a role, asked about patterns and queue groups, and about deliveries.
///
/// An entry is `subject` or `subject queue`. A group's set is: a subject is in it if a group entry that matches the
/// subject names the group, or if no group entry matches the subject and a plain entry does. A plain deny closes plain
/// and grouped use, a deny with a queue closes that group.
struct SubscribeRules: Sendable {
    /// Whether there is an allow list at all; without one everything is allowed that is not denied.
    let isRestricted: Bool
    let plainAllow: RuleTable
    let groupAllow: RuleTable
    let plainDeny: RuleTable
    let groupDeny: RuleTable
    /// The allow entries with groups, in the order of the list.
    let groupEntries: [RuleEntry]

    /// A pattern and a group, cut once for all tables.
    struct Question {
        let pattern: PatternWords
        let tokens: SubjectTokens
        let group: GroupName?

        init(_ text: Span<UInt8>, queue: [UInt8]?, seed: UInt64) {
            pattern = PatternWords(text)
            tokens = SubjectTokens(text.extracting(0..<pattern.count), seed: seed, isEmpty: pattern.isEmpty)
            group = queue.map { GroupName($0, seed: seed) }
        }
    }

    /// Rule S1: a SUB is allowed if and only if every subject that it could match lies in the union of the allow entries
    /// for its group, and not every one of them lies in the denies for its group. A partial overlap with a deny filters
    /// deliveries instead.
    ///
    /// - Parameter text: a well-formed pattern.
    func decide(_ text: Span<UInt8>, queue: [UInt8]?, seed: UInt64, _ fillings: Fillings) -> Decision {
        let question = Question(text, queue: queue, seed: seed)
        let words = text.extracting(0..<question.pattern.count)
        var rule = Rule(.unrestricted)
        if isRestricted {
            let decision = allow(question, words, fillings)
            guard decision.isAllowed else { return decision }
            rule = decision.rule
        }
        let denied = denyingRule(question, words, fillings)
        return denied >= 0 ? .denied(Rule(.deny, .subscribeDeny, entry: denied)) : .allowed(rule)
    }

    private func denyingRule(_ question: Question, _ words: Span<UInt8>, _ fillings: Fillings) -> Int32 {
        var coverage = PatternCoverage()
        cover(&coverage, plainDeny, .plain, question, words, fillings)
        if let group = question.group { cover(&coverage, groupDeny, .group(group), question, words, fillings) }
        return coverage.rule
    }

    @inline(__always)
    private func cover(
        _ coverage: inout PatternCoverage, _ table: RuleTable, _ which: QueueQuestion, _ question: Question,
        _ words: Span<UInt8>, _ fillings: Fillings
    ) {
        table.cover(
            &coverage, words, hasTail: question.pattern.hasTail, question.tokens, queue: which, fillings)
    }

    // MARK: The allow list

    private func allow(_ question: Question, _ words: Span<UInt8>, _ fillings: Fillings) -> Decision {
        var coverage = PatternCoverage()
        if let group = question.group, !groupAllow.isEmpty {
            cover(&coverage, groupAllow, .group(group), question, words, fillings)
            if coverage.rule >= 0 { return .allowed(Rule(.allow, .subscribeAllow, entry: coverage.rule)) }
            cover(&coverage, plainAllow, .plain, question, words, fillings)
            guard coverage.rule >= 0 else { return refusal(question, words, fillings) }
            // Plain entries speak for a group only where no group entry does.
            let other = groupElsewhere(group, question, words, fillings)
            guard other < 0 else { return .denied(Rule(.queue, .subscribeAllow, entry: other)) }
        } else {
            cover(&coverage, plainAllow, .plain, question, words, fillings)
            guard coverage.rule >= 0 else { return refusal(question, words, fillings) }
        }
        return .allowed(Rule(.allow, .subscribeAllow, entry: coverage.rule))
    }

    /// Whether the entries would do, were it not for the group.
    private func refusal(_ question: Question, _ words: Span<UInt8>, _ fillings: Fillings) -> Decision {
        guard !groupAllow.isEmpty else { return .denied(Rule(.noAllow, .subscribeAllow)) }
        var coverage = PatternCoverage()
        cover(&coverage, groupAllow, .anyGroup, question, words, fillings)
        let entry = coverage.whole >= 0 ? coverage.whole : coverage.part
        cover(&coverage, plainAllow, .plain, question, words, fillings)
        guard coverage.rule >= 0, entry >= 0 else { return .denied(Rule(.noAllow, .subscribeAllow)) }
        return .denied(Rule(.queue, .subscribeAllow, entry: entry))
    }

    /// A group entry that meets the pattern where no entry names the group, or -1.
    private func groupElsewhere(
        _ group: GroupName, _ question: Question, _ words: Span<UInt8>, _ fillings: Fillings
    ) -> Int32 {
        if !question.pattern.hasWildcards {
            return groupAllow.match(words, question.tokens, group: nil, fillings)
        }
        var search = GroupSearch(rules: self, group: group, seed: question.tokens.seed, fillings: fillings)
        return search.entryElsewhere(words, hasTail: question.pattern.hasTail)
    }

    // MARK: Deliveries

    /// The deny that a delivered subject falls under, or -1.
    func denyingRule(
        delivered subject: Span<UInt8>, queue: [UInt8]?, seed: UInt64, _ fillings: Fillings
    ) -> Int32 {
        guard !plainDeny.isEmpty || !groupDeny.isEmpty else { return -1 }
        let tokens = SubjectTokens(subject, seed: seed)
        let plain = plainDeny.isEmpty ? -1 : plainDeny.match(subject, tokens, fillings)
        guard plain < 0, let queue, !groupDeny.isEmpty else { return plain }
        return groupDeny.match(subject, tokens, group: GroupName(queue, seed: seed), fillings)
    }

    /// Whether deliveries of a subscription have to be checked one by one, because a deny meets some of its subjects.
    /// Where that takes long to say, they have to be.
    func needsDeliveryFilter(
        _ text: Span<UInt8>, queue: [UInt8]?, seed: UInt64, _ fillings: Fillings
    ) -> Bool {
        guard !plainDeny.isEmpty || queue != nil && !groupDeny.isEmpty else { return false }
        let question = Question(text, queue: queue, seed: seed)
        let words = text.extracting(0..<question.pattern.count)
        if plainDeny.overlaps(words, question, nil, fillings) { return true }
        guard let group = question.group else { return false }
        return groupDeny.overlaps(words, question, group, fillings)
    }
}
