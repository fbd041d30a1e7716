import Subjects

/// What may be subscribed to in queue groups, and what is closed in them, by the groups' names.
///
/// A name is a pattern: `>` stands for every group, and what holds for it holds for all others too. The lists are brought
/// into one form, so that equal sets have equal lists:
/// - a group's allow list has what the wider names do not give it already,
/// - a deny has what meets an allow of a name that it has groups in common with, and is closed by nothing wider.
struct GroupRules {
    /// One name with its rules.
    struct Group {
        let name: String
        let pattern: Pattern
        var allow: [PolicyRule] = []
        var deny: [PolicyRule] = []
        /// The names that contain this one, other than itself.
        fileprivate var wider: [Int] = []
        /// The names that have some group in common with this one, itself among them.
        fileprivate var meeting: [Int] = []
    }

    /// The widest names first, then by name.
    private(set) var groups: [Group]

    init(_ allowed: [RoleRules.GroupRule], _ denied: [RoleRules.GroupRule]) {
        let allow = Self.byName(allowed)
        let deny = Self.byName(denied)
        groups = Set(allow.keys).union(deny.keys).compactMap { name in
            guard let pattern = try? Pattern(name) else { return nil }
            return Group(name: name, pattern: pattern, allow: allow[name] ?? [], deny: deny[name] ?? [])
        }
        groups.sort { one, other in (one.width, one.name) < (other.width, other.name) }
        relate()
    }

    private static func byName(_ rules: [RoleRules.GroupRule]) -> [String: [PolicyRule]] {
        var names: [String: [PolicyRule]] = [:]
        for rule in rules {
            switch rule.groups {
            case .any: names[">", default: []].append(rule.rule)
            case .named(let groups): for group in groups { names[group, default: []].append(rule.rule) }
            }
        }
        return names
    }

    /// Only a name with wildcards has anything to do with another.
    private mutating func relate() {
        let wild = groups.indices.filter { groups[$0].pattern.hasTail || groups[$0].pattern.wildcardCount > 0 }
        for index in groups.indices {
            let pattern = groups[index].pattern
            groups[index].wider = wild.filter { $0 != index && pattern.isContained(in: groups[$0].pattern) }
            groups[index].meeting =
                wild.contains(index)
                ? groups.indices.filter { groups[$0].pattern.overlaps(pattern) }
                : wild.filter { groups[$0].pattern.overlaps(pattern) } + [index]
        }
    }

    // MARK: The one form

    /// - Parameter closed: what is closed for all use, grouped or not.
    mutating func canonicalize(closed: [PolicyRule]) throws(SubjectsTooLarge) {
        let file = groups
        for index in groups.indices {
            groups[index].allow = try Self.allowed(file[index], file[index].wider.map { file[$0] }, closed)
        }
        let allowed = groups
        for index in groups.indices {
            groups[index].deny = try Self.denied(
                file[index], meeting: file[index].meeting.flatMap { allowed[$0].allow },
                closed: closed + file[index].wider.flatMap { file[$0].deny })
        }
    }

    /// The least list around what the group has and the wider names do not give it.
    private static func allowed(
        _ group: Group, _ wider: [Group], _ closed: [PolicyRule]
    ) throws(SubjectsTooLarge) -> [PolicyRule] {
        guard !group.allow.isEmpty else { return [] }
        let closedWider = (closed + wider.flatMap(\.deny)).map(\.pattern)
        var set = SubjectSet(group.allow.map(\.pattern), except: closedWider + group.deny.map(\.pattern))
        let given = wider.flatMap(\.allow).map(\.pattern)
        if !given.isEmpty { set = try set.subtracting(SubjectSet(given, except: closedWider)) }
        return try RuleList.placed(set.leastPatterns(), group.allow)
    }

    private static func denied(
        _ group: Group, meeting: [PolicyRule], closed: [PolicyRule]
    ) throws(SubjectsTooLarge) -> [PolicyRule] {
        guard !group.deny.isEmpty, !meeting.isEmpty else { return [] }
        let set = try SubjectSet(group.deny.map(\.pattern)).intersection(SubjectSet(meeting.map(\.pattern)))
            .subtracting(SubjectSet(closed.map(\.pattern)))
        return try RuleList.placed(set.leastPatterns(), group.deny)
    }

    /// Everything that may be joined in some group that has this name in common with others.
    func allowed(meeting index: Int) -> [PolicyRule] {
        groups[index].meeting.flatMap { groups[$0].allow }
    }

    var allow: [PolicyRule] { groups.flatMap(\.allow) }

    mutating func close(_ rules: [PolicyRule], at index: Int) throws(SubjectsTooLarge) {
        groups[index].deny = try RuleList(allow: groups[index].deny + rules).canonical().allow
    }
}

extension GroupRules.Group {
    /// How few of the name's tokens are fixed: 0 for the widest.
    fileprivate var width: Int {
        pattern.tokens.count { $0 != .any } * 2 + (pattern.hasTail ? 0 : 1)
    }
}
