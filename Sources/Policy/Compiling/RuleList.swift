import Claims
import Subjects

/// One pattern of a role's rules, with the places in the file that it comes from. A template stands in it as a literal
/// token: two of the same function are the same token, and a literal is another one than any template, unless somebody's
/// value is that literal.
struct PolicyRule: Sendable, Hashable {
    let pattern: Pattern
    let sources: [PolicyPosition]
    /// Whether any of its tokens has a template.
    let hasTemplates: Bool

    init(_ subject: PolicySubject) throws(SubjectError) {
        try self.init(subject.entry, [subject.position])
    }

    init(_ entry: TemplateEntry, _ sources: [PolicyPosition]) throws(SubjectError) {
        pattern = try Pattern(entry.canonicalText)
        self.sources = sources
        hasTemplates = entry.hasTemplates
    }

    init(_ pattern: Pattern, _ sources: [PolicyPosition], hasTemplates: Bool = false) {
        self.pattern = pattern
        self.sources = sources
        self.hasTemplates = hasTemplates
    }

    var text: String { pattern.description }

    /// The least pattern without templates that contains it, whatever the templates are filled with.
    var bound: Pattern {
        guard hasTemplates else { return pattern }
        let tokens = pattern.tokens.map { token in
            if case .literal(let bytes) = token, bytes.contains(UInt8(ascii: "{")) { Pattern.Token.any } else { token }
        }
        return Pattern(tokens: tokens, hasTail: pattern.hasTail)
    }
}

/// What is allowed in one way less what is denied, as lists of rules that grow while a role is put together and are then
/// brought into the one form in which they are written into claims.
struct RuleList: Sendable {
    var allow: [PolicyRule] = []
    var deny: [PolicyRule] = []

    var hasTemplates: Bool { allow.contains(where: \.hasTemplates) || deny.contains(where: \.hasTemplates) }

    /// The same set in canonical form: equal sets without templates have equal lists, in the order of the algebra. With
    /// templates, what lies in another rule for every value is left out, and so is a deny that meets no allow with any
    /// value.
    func canonical() throws(SubjectsTooLarge) -> RuleList {
        hasTemplates ? try reduced() : try exact()
    }

    /// What two lists of rules without templates have in common, in canonical form, from where the second one has it.
    static func meets(_ rules: [PolicyRule], _ others: [PolicyRule]) throws(SubjectsTooLarge) -> [PolicyRule] {
        let common = try SubjectSet(rules.map(\.pattern)).intersection(SubjectSet(others.map(\.pattern)))
        return try placed(common.leastPatterns(), others)
    }

    /// Patterns with the places of the rules that they come from.
    static func placed(_ patterns: [Pattern], _ rules: [PolicyRule]) throws(SubjectsTooLarge) -> [PolicyRule] {
        guard !patterns.isEmpty else { return [] }
        var index = RuleIndex(rules)
        var placed: [PolicyRule] = []
        for pattern in patterns { placed.append(PolicyRule(pattern, try index.sources(of: pattern))) }
        return placed
    }

    private func exact() throws(SubjectsTooLarge) -> RuleList {
        let lines = try SubjectSet(allow.map(\.pattern), except: deny.map(\.pattern)).lines().lines
        // A list except another has one line.
        guard let line = lines.first else { return RuleList() }
        return RuleList(
            allow: try Self.placed(line.patterns, allow), deny: try Self.placed(line.exceptions, deny))
    }

    private func reduced() throws(SubjectsTooLarge) -> RuleList {
        var closed = RuleIndex(deny)
        var allowed: [PolicyRule] = []
        for rule in allow where try closed.containing(rule.pattern).isEmpty { allowed.append(rule) }
        allowed = try Self.irredundant(allowed)
        var bounds = RuleIndex(allowed) { $0.bound }
        var denied: [PolicyRule] = []
        for rule in try Self.irredundant(deny) where try !bounds.meeting(rule.bound, most: 1).isEmpty {
            denied.append(rule)
        }
        return RuleList(allow: allowed, deny: denied)
    }

    /// Without what lies in others, sorted as the algebra sorts.
    private static func irredundant(_ rules: [PolicyRule]) throws(SubjectsTooLarge) -> [PolicyRule] {
        var different: [Pattern: PolicyRule] = [:]
        for rule in rules {
            let known = different[rule.pattern]
            different[rule.pattern] = PolicyRule(
                rule.pattern, (known?.sources ?? []) + rule.sources, hasTemplates: rule.hasTemplates)
        }
        let all = Array(different.values)
        var index = RuleIndex(all)
        var kept: [PolicyRule] = []
        // Each lies in itself.
        for rule in all where try index.containing(rule.pattern).count == 1 { kept.append(rule) }
        return kept.sorted { $0.pattern.isSorted(before: $1.pattern) }
    }
}

extension Pattern {
    /// By the number of tokens, a `>` counted as one, then by bytes.
    func isSorted(before other: Pattern) -> Bool {
        let counts = (tokens.count + (hasTail ? 1 : 0), other.tokens.count + (other.hasTail ? 1 : 0))
        return counts.0 != counts.1 ? counts.0 < counts.1 : bytes.lexicographicallyPrecedes(other.bytes)
    }
}

extension TemplateEntry {
    /// The entry with each template in the one way to write it.
    var canonicalText: String {
        guard hasTemplates else { return text }
        return parts.map { part in
            switch part {
            case .literal(let text): text
            case .template(let function, text: _): "{{\(function.text)}}"
            }
        }.joined()
    }
}
