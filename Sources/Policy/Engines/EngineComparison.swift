public import Claims
import Subjects

/// Finds what engines do otherwise for a holder of a role: everything there is, each with an example.
///
/// Both decide alike on subjects without wildcards, so that only subscriptions with wildcards can differ, and of those
/// only such that end in `>` where an entry ends in `*`: nats-server looks a SUB up as if it were a subject. Tokens being
/// without end, whatever lies in a union of entries lies in one of them length by length, so that nothing else can.
public struct EngineComparison {
    /// No entry is looked at with more subscriptions than this.
    private static let maximumHeads = 1_000

    private let role: CompiledRole
    private let broker: EngineModel
    private let server: EngineModel
    private let allow: [ClaimEntry]
    private let deny: [ClaimEntry]
    private let published: SubjectSet
    /// The allows, and behind them the denies, by their tokens.
    private let entries: [ClaimEntry]
    private var index: RuleIndex
    /// Every group that an entry names, and of each that an allow does one such entry.
    private let queues: Set<[UInt8]>
    private let allowedQueues: [(name: String, entry: ClaimEntry)]
    private var differences: [EngineDifference] = []

    /// - Parameter values: of the holder. By default any holder: templates stand for themselves, as tokens of their own.
    public init(_ role: CompiledRole, _ values: PermissionTemplate.Values? = nil) throws {
        self.role = role
        let values = values ?? role.anybody
        broker = try EngineModel(.broker, role, values)
        server = try EngineModel(.natsServer, role, values)
        let filled = try PermissionTemplate.expand(role.permissions, with: values)
        allow = filled.subscribe.allow.isEmpty ? ClaimEntry.read([">"]) : ClaimEntry.read(filled.subscribe.allow)
        deny = ClaimEntry.read(filled.subscribe.deny)
        entries = allow + deny
        index = RuleIndex(entries.map(\.pattern))
        queues = Set(entries.compactMap { $0.queue.map { Array($0.utf8) } })
        let named = Dictionary(
            allow.compactMap { entry in entry.queue.map { ($0, entry) } }, uniquingKeysWith: { first, _ in first })
        allowedQueues = named.filter { $0.key != "_sys_" }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let allowed = ClaimEntry.read(filled.publish.allow).map(\.pattern)
        published = SubjectSet(
            allowed.isEmpty && filled.response == nil ? [try Pattern(">")] : allowed,
            except: ClaimEntry.read(filled.publish.deny).map(\.pattern))
    }

    /// In the order of the entries.
    public mutating func run() throws -> [EngineDifference] {
        differences = []
        for entry in allow where entry.isOpen { try compareWider(entry) }
        for entry in deny where entry.isOpen { try compareNarrower(entry) }
        try compareReplies()
        return differences
    }

    private mutating func add(
        _ kind: EngineDifference.Kind, _ entry: ClaimEntry?, _ list: String, queue: String?, _ subject: String,
        _ object: String = ""
    ) {
        let sources = entry.flatMap { role.permissionSources["\(list)/\($0.index)"] } ?? []
        differences.append(
            EngineDifference(
                kind: kind, entry: entry?.text ?? "", queue: queue, subject: subject, object: object, sources: sources))
    }

    // MARK: Wider subscriptions

    private mutating func compareWider(_ entry: ClaimEntry) throws {
        guard entry.queue != "_sys_" else { return }
        let queue = group(for: entry)
        let pattern = Pattern(tokens: entry.pattern.tokens.dropLast(), hasTail: true)
        guard server.accepts(pattern.description, queue: queue), !broker.accepts(pattern.description, queue: queue)
        else {
            return
        }
        add(.widerSubscription, entry, "/sub/allow", queue: queue, pattern.description)
        guard let beyond = entry.pattern.beyond else { return }
        // What meets nothing of it takes nothing away.
        let known = try index.meeting(beyond).sorted().filter { number in
            number < allow.count ? entries[number].allows(queue) : entries[number].closes(queue)
        }.map { entries[$0] }
        if let subject = try SubjectSet([beyond], except: known.map(\.pattern)).witness() {
            add(
                .widerDelivery, entry, "/sub/allow", queue: queue, pattern.description,
                String(decoding: subject, as: UTF8.self))
        }
    }

    /// A group that an entry speaks for, and as few others as can be.
    private func group(for entry: ClaimEntry) -> String? {
        guard let queue = entry.queue, let pattern = try? Pattern(queue) else { return nil }
        var fresh = FreshTokens { queues.contains($0) }
        var tokens = pattern.tokens.map { token in
            if case .literal(let bytes) = token { bytes } else { fresh.next() }
        }
        if pattern.hasTail { tokens.append(fresh.next()) }
        return tokens.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
    }

    // MARK: Narrower subscriptions

    /// Tries what is allowed below the deny's front: the meets of that with what allows the next token, and of those with
    /// what allows more.
    private mutating func compareNarrower(_ entry: ClaimEntry) throws {
        let front = Array(entry.pattern.tokens.dropLast())
        let below = try index.meeting(Pattern(tokens: front, hasTail: true)).sorted().filter { $0 < allow.count }
        for queue in groups(under: entry) {
            let heads = below.map { allow[$0] }.filter { $0.allows(queue) }.compactMap { $0.pattern.head(front.count) }
            var seen: Set<[Pattern.Token]> = []
            var pending = [front]
            while let head = pending.popLast(), seen.count < Self.maximumHeads {
                guard seen.insert(head).inserted else { continue }
                let pattern = Pattern(tokens: head, hasTail: true).description
                if broker.accepts(pattern, queue: queue) {
                    guard !server.accepts(pattern, queue: queue) else { continue }
                    return add(.narrowerSubscription, entry, "/sub/deny", queue: queue, pattern)
                }
                for other in heads {
                    guard
                        let meet = Pattern(tokens: head, hasTail: true).intersection(
                            Pattern(tokens: other, hasTail: true))
                    else { continue }
                    pending.append(meet.tokens)
                }
            }
        }
    }

    /// No group, and one for each name that an allow has, as far as the deny speaks for them.
    private func groups(under deny: ClaimEntry) -> [String?] {
        var groups: [String?] = [nil]
        for (_, entry) in allowedQueues { groups.append(group(for: entry)) }
        // A wide name of an allow may be closed for the group that the deny names.
        if let name = deny.queue { groups.append(group(for: deny) ?? name) }
        return groups.filter { deny.queue == nil || ($0 != nil && deny.closes($0)) }
    }

    // MARK: Replies

    private mutating func compareReplies() throws {
        guard role.settings.replies == .own, let subject = try published.witness() else { return }
        let plain = SubjectSet(
            allow.filter { $0.queue == nil }.map(\.pattern), except: deny.filter { $0.queue == nil }.map(\.pattern))
        guard let reply = try plain.complement.witness() else { return }
        let texts = [subject, reply].map { String(decoding: $0, as: UTF8.self) }
        add(.reply, nil, "", queue: nil, texts[0], texts[1])
    }
}

extension CompiledRole {
    /// Values that stand for those of any holder: each function is a token of its own.
    var anybody: PermissionTemplate.Values {
        var values = PermissionTemplate.Values()
        values.name = "{{name()}}"
        values.subject = "{{subject()}}"
        values.accountName = "{{account-name()}}"
        values.accountSubject = "{{account-subject()}}"
        values.tags = policy.tags.map { "\($0.name):{{tag(\($0.name))}}" }
        return values
    }
}

extension ClaimEntry {
    /// Whether it ends in `*`.
    fileprivate var isOpen: Bool { !pattern.hasTail && pattern.tokens.last == .any }

    /// Whether as an allow it speaks for subscriptions in a group, or for nil for those in none.
    fileprivate func allows(_ group: String?) -> Bool {
        guard let group else { return queue == nil }
        return names(group)
    }

    /// Whether as a deny it closes such subscriptions: without a group it closes all.
    fileprivate func closes(_ group: String?) -> Bool {
        queue == nil || group.map(names) == true
    }
}

extension Pattern {
    /// The first tokens, with `*` where a `>` stands; nil where it has no longer subjects than these.
    fileprivate func head(_ count: Int) -> [Token]? {
        guard hasTail || tokens.count > count else { return nil }
        return Array(tokens.prefix(count)) + Array(repeating: .any, count: max(0, count - tokens.count))
    }
}
