import Authorization
import Claims
import Subjects

/// What somebody may do, as sets of subjects: those that the decision function works with, written out of the claims' lists.
struct HolderSets: Sendable {
    /// What may be published, after the account's mappings.
    let publish: SubjectSet
    /// What is delivered through plain subscriptions.
    let subscribe: SubjectSet
    /// What is delivered through subscriptions in groups.
    let groups: [Group]
    /// Whether requests may be answered, wherever the answer goes.
    let mayRespond: Bool
    /// How nats-server decides, where that is asked about.
    private let server: NATSServerRules?

    struct Group: Sendable {
        let name: String
        let subjects: SubjectSet
    }

    /// - Parameters:
    ///   - permissions: without templates.
    ///   - engine: the server whose rules decide. nats-server accepts subscriptions that are wider than what is allowed, and
    ///     delivers through them what no deny keeps back.
    init(_ permissions: Permissions, on engine: Engine = .broker) throws(SubjectsTooLarge) {
        mayRespond = permissions.response != nil
        let published = permissions.publish
        // With leave to answer, an empty list allows nothing but that.
        let isOpen = published.allow.isEmpty && !mayRespond
        publish = try (isOpen ? SubjectSet.everything : SubjectSet(Self.patterns(published.allow)))
            .subtracting(SubjectSet(Self.patterns(published.deny)))
        server = engine == .natsServer ? NATSServerRules(permissions) : nil
        let lists = SubscribeLists(permissions.subscribe, server)
        subscribe = try lists.plain()
        groups = try lists.groups()
    }

    private static func patterns(_ texts: [String]) -> [Pattern] { texts.compactMap { try? Pattern($0) } }

    /// The subscription by which a subject that is delivered is got: one to itself, or where that is refused a wider one.
    func carrier(of subject: String, _ queue: String?) -> String {
        let bytes = Array(subject.utf8)
        guard let server, !server.accepts(bytes, queue) else { return subject }
        return server.patterns(around: bytes).first { server.accepts(Array($0.utf8), queue) } ?? subject
    }

    /// What is delivered, in whatever way.
    func received() throws(SubjectsTooLarge) -> SubjectSet {
        var result = subscribe
        for group in groups { result = try result.union(group.subjects) }
        return result
    }
}

/// The subscribe lists of claims. A subject is in a group's set if an entry for the group matches it, or if no entry with
/// a group does and a plain one does.
private struct SubscribeLists {
    private struct Entry {
        let pattern: Pattern
        let group: Pattern?
    }

    private let allow: [Entry]
    private let deny: [Entry]
    private let isRestricted: Bool
    private let server: NATSServerRules?

    init(_ permission: Permission, _ server: NATSServerRules?) {
        self.server = server
        func read(_ texts: [String]) -> [Entry] {
            texts.compactMap { text in
                let words = text.split(separator: " ").map(String.init)
                guard let first = words.first, let pattern = try? Pattern(first) else { return nil }
                return Entry(pattern: pattern, group: words.count > 1 ? try? Pattern(words[1]) : nil)
            }
        }
        allow = read(permission.allow)
        deny = read(permission.deny)
        isRestricted = !permission.allow.isEmpty
    }

    private func set(_ entries: [Entry], where fits: (Entry) -> Bool) -> SubjectSet {
        SubjectSet(entries.filter(fits).map(\.pattern))
    }

    func plain() throws(SubjectsTooLarge) -> SubjectSet {
        let allowed = isRestricted ? set(allow) { $0.group == nil } : .everything
        return try wider(allowed, nil).subtracting(set(deny) { $0.group == nil })
    }

    /// What is allowed, with what comes by subscriptions that are wider than that, where the server accepts such.
    private func wider(_ allowed: SubjectSet, _ queue: String?) throws(SubjectsTooLarge) -> SubjectSet {
        guard let server, isRestricted else { return allowed }
        return try allowed.union(SubjectSet(server.accepted(queue)))
    }

    /// A name that a pattern of names has.
    private static func member(of group: Pattern) -> [UInt8] {
        let filling = Pattern.Token.literal(Array("x1".utf8))
        let tokens = group.tokens.map { $0 == .any ? filling : $0 }
        return Pattern(tokens: group.hasTail && !tokens.isEmpty ? tokens + [filling] : tokens, hasTail: false).bytes
    }

    /// The groups that some entry names, and one that none does: all others are alike.
    func groups() throws(SubjectsTooLarge) -> [HolderSets.Group] {
        var names: Set<[UInt8]> = []
        for group in (allow + deny).compactMap(\.group) { names.insert(Self.member(of: group)) }
        names.remove(Array("_sys_".utf8))
        names.remove([])
        var fresh = FreshTokens { names.contains($0) }
        let all = names.sorted { $0.lexicographicallyPrecedes($1) } + [fresh.next()]
        var result: [HolderSets.Group] = []
        for name in all {
            func names(_ entry: Entry) -> Bool { entry.group?.matches(name.span) == true }
            var allowed = SubjectSet.everything
            if isRestricted {
                let plain = set(allow) { $0.group == nil }
                allowed = try set(allow, where: names).union(plain.subtracting(set(allow) { $0.group != nil }))
            }
            let text = String(decoding: name, as: UTF8.self)
            let denied = set(deny) { $0.group == nil || names($0) }
            let subjects = try wider(allowed, text).subtracting(denied)
            guard try !subjects.isEmpty() else { continue }
            result.append(.init(name: text, subjects: subjects))
        }
        return result
    }
}
